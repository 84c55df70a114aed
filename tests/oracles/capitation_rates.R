# Reference values for tests/capitation/test_rates.py.
# Run from the root of the repository:  Rscript tests/oracles/capitation_rates.R
# Needs base R, epitools and jsonlite; writes tests/oracles/capitation_rates.json.

suppressPackageStartupMessages({
  library(epitools)
  library(jsonlite)
})

counts <- c(0, 1, 2, 3, 5, 9, 10, 21, 42, 84, 120, 429, 1065, 6390)
levels <- c(0.90, 0.95, 0.99)

exact <- do.call(rbind, lapply(levels, function(level) {
  limits <- t(sapply(counts, function(x) as.numeric(poisson.test(x, conf.level = level)$conf.int)))
  data.frame(events = counts, level = level, low = limits[, 1], high = limits[, 2])
}))

# A second opinion from epitools, which solves for the limits by bisection.
epi <- pois.exact(c(0, 3, 9, 84), c(10, 100, 50, 867), conf.level = 0.95)
epi <- data.frame(events = epi$x, exposure = epi$pt, low = epi$lower, high = epi$upper)

pairs <- data.frame(
  events = c(623, 238, 3, 0, 7),
  exposure = c(6189, 2378, 100, 50, 80),
  reference_events = c(442, 191, 9, 4, 0),
  reference_exposure = c(4438, 1924, 120, 60, 90)
)
ratio <- do.call(rbind, lapply(seq_len(nrow(pairs)), function(i) {
  one <- pairs[i, ]
  test <- poisson.test(c(one$events, one$reference_events),
                       c(one$exposure, one$reference_exposure))
  cbind(one, ratio = as.numeric(test$estimate),
        low = test$conf.int[1], high = test$conf.int[2])
}))

members <- c(867, 619, 553, 618, 594, 655, 828, 780, 888, 934, 1015, 1167, 746, 363)
visits <- c(84, 59, 61, 55, 59, 68, 81, 77, 90, 94, 112, 120, 63, 42)
chi <- lapply(c(1, 6), function(months) {
  test <- chisq.test(visits * months, p = members / sum(members))
  list(months = months, statistic = as.numeric(test$statistic), df = as.numeric(test$parameter),
       p_upper = test$p.value,
       p_lower = pchisq(as.numeric(test$statistic), test$parameter))
})

write_json(
  list(
    made_with = list(R = R.version.string,
                     epitools = as.character(packageVersion("epitools")),
                     jsonlite = as.character(packageVersion("jsonlite"))),
    poisson_test = exact, pois_exact = epi, rate_ratio = ratio,
    chisq_test = list(members = members, visits = visits, results = chi)
  ),
  "tests/oracles/capitation_rates.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
