# Reference values for tests/capitation/test_credibility.py.
# Run from the root of the repository:  Rscript tests/oracles/credibility.R
# Needs actuar and jsonlite; writes tests/oracles/credibility.json.

suppressPackageStartupMessages({
  library(actuar)
  library(jsonlite)
})

set.seed(20200229)
cells <- 7
periods <- 5
level <- rgamma(cells, shape = 8, scale = 0.15)
weights <- matrix(sample(20:400, cells * periods, replace = TRUE), cells)
values <- matrix(rpois(cells * periods, level * weights), cells) / weights
wide <- data.frame(cell = seq_len(cells), ratio = values, weight = weights)
fit <- cm(~cell, wide, ratios = ratio.1:ratio.5, weights = weight.1:weight.5)
found <- summary(fit)

write_json(
  list(made_with = list(R = R.version.string, actuar = as.character(packageVersion("actuar")),
                        jsonlite = as.character(packageVersion("jsonlite"))),
       values = values, weights = weights, collective = as.numeric(fit$means[[1]]),
       between = fit$unbiased[1], within = fit$unbiased[2], z = fit$cred,
       estimate = predict(fit)),
  "tests/oracles/credibility.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
