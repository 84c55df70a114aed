# Reference values for tests/capitation/test_standardise.py.
# Run from the root of the repository:  Rscript tests/oracles/standardise.R
# Needs base R, epitools and jsonlite; writes tests/oracles/standardise.json.

suppressPackageStartupMessages({
  library(epitools)
  library(jsonlite)
})

bands <- c("0-4", "5-17", "18-44", "45-64", "65+")
standard <- c(9000, 21000, 41000, 22000, 7000)
reference_events <- c(900, 1100, 2600, 3100, 1500)
groups <- list(
  A = list(events = c(84, 61, 190, 240, 42), population = c(867, 1171, 2600, 2313, 363)),
  B = list(events = c(12, 0, 31, 57, 9), population = c(140, 260, 700, 410, 60)),
  C = list(events = c(3, 2, 4, 1, 2), population = c(31, 52, 118, 40, 12))
)

byar <- function(x, level) {
  z <- qnorm(1 - (1 - level) / 2)
  c(if (x == 0) 0 else x * (1 - 1 / (9 * x) - z / (3 * sqrt(x)))^3,
    (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * sqrt(x + 1)))^3)
}
garwood <- function(x, level) as.numeric(poisson.test(x, conf.level = level)$conf.int)

rows <- list()
for (name in names(groups)) for (level in c(0.95, 0.998)) {
  one <- groups[[name]]
  share <- standard / sum(standard)
  estimate <- sum(share * one$events / one$population)
  variance <- sum(share^2 * one$events / one$population^2)
  total <- sum(one$events)
  dobson <- function(limits) estimate + sqrt(variance / total) * (limits - total)
  fay <- ageadjust.direct(one$events, one$population, stdpop = standard, conf.level = level)
  expected <- sum(reference_events / standard * one$population)
  indirect <- ageadjust.indirect(one$events, one$population, reference_events, standard)
  rows[[length(rows) + 1]] <- list(
    group = name, level = level, crude = total / sum(one$population), estimate = estimate,
    variance = variance, dobson_byar = dobson(byar(total, level)),
    dobson_exact = dobson(garwood(total, level)),
    fay_feuer = as.numeric(fay[c("lci", "uci")]), fay_estimate = as.numeric(fay["adj.rate"]),
    expected = expected, ratio = as.numeric(indirect$sir["sir"]),
    exact = garwood(total, level) / expected, byar = byar(total, level) / expected
  )
}

write_json(
  list(
    made_with = list(R = R.version.string, epitools = as.character(packageVersion("epitools")),
                     jsonlite = as.character(packageVersion("jsonlite"))),
    bands = bands, standard = standard, reference_events = reference_events, groups = groups,
    results = rows
  ),
  "tests/oracles/standardise.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE
)
