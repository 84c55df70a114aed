# Reference values for tests/capitation/test_evaluate.py.
# Run from the root of the repository:  Rscript tests/oracles/evaluation.R
# Needs base R, survey and jsonlite; writes tests/oracles/evaluation.json.

suppressPackageStartupMessages({
  library(survey)
  library(jsonlite)
})

set.seed(20191225)
n <- 240
people <- data.frame(
  facility_id = sample(c("A", "B", "C", "D", "E", "F", "G", "H"), n, replace = TRUE),
  age_band = sample(c("0-17", "18-64", "65+"), n, replace = TRUE, prob = c(.3, .5, .2)),
  member_months = sample(c(2, 6, 12), n, replace = TRUE)
)
people$paid_rp <- round(8000 * c("0-17" = .7, "18-64" = .9, "65+" = 1.6)[people$age_band] *
                          people$member_months)
people$cost_rp <- round(rgamma(n, shape = .3, scale = 30000) * people$member_months)

# Weighted least squares of cost per month on a fixed prediction gives R squared and the mean.
fit <- function(d) {
  y <- d$cost_rp / d$member_months
  p <- d$paid_rp / d$member_months
  w <- d$member_months
  m <- weighted.mean(y, w)
  list(
    under = sum(d$cost_rp - d$paid_rp) / sum(w), ratio = sum(d$paid_rp) / sum(d$cost_rp),
    r2 = 1 - sum(w * (y - p)^2) / sum(w * (y - m)^2),
    cpm = 1 - sum(w * abs(y - p)) / sum(w * abs(y - m)), mape = weighted.mean(abs(y - p), w)
  )
}
limits <- function(d, ids) {
  d$loss <- d$cost_rp - d$paid_rp
  design <- svydesign(ids = ids, data = d, weights = ~1)
  under <- svyratio(~loss, ~member_months, design)
  ratio <- svyratio(~paid_rp, ~cost_rp, design)
  units <- if (length(all.vars(ids))) length(unique(d$facility_id)) else nrow(d)
  t <- qt(.975, units - 1)
  spread <- as.numeric(SE(ratio)) / as.numeric(coef(ratio))
  list(under = as.numeric(coef(under)) + c(-1, 1) * t * as.numeric(SE(under)),
       ratio = as.numeric(coef(ratio)) * exp(c(-1, 1) * t * spread))
}
groups <- c(list(all = people), split(people, people$age_band))
results <- lapply(groups, function(d) c(fit(d), list(plain = limits(d, ~1),
                                                     cluster = limits(d, ~facility_id))))

write_json(
  list(made_with = list(R = R.version.string, survey = as.character(packageVersion("survey")),
                        jsonlite = as.character(packageVersion("jsonlite"))),
       people = people, results = results),
  "tests/oracles/evaluation.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
