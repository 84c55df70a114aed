# Reference values for tests/capitation/test_capitate.py and test_proportions.py.
# Run from the root of the repository:  Rscript tests/oracles/capitation_persons.R
# Needs base R, survey and jsonlite; writes tests/oracles/capitation_persons.json.

suppressPackageStartupMessages({
  library(survey)
  library(jsonlite)
})

set.seed(20190720)
n <- 400
band <- sample(c("0-17", "18-64", "65+"), n, replace = TRUE, prob = c(0.3, 0.55, 0.15))
months <- sample(c(1, 3, 6, 12), n, replace = TRUE, prob = c(0.1, 0.1, 0.2, 0.6))
level <- c("0-17" = 0.12, "18-64" = 0.08, "65+" = 0.3)[band]
visits <- rnbinom(n, mu = level * months, size = 0.4)
people <- data.frame(member_id = seq_len(n), age_band = band, member_months = months,
                     visits = visits)

rates <- do.call(rbind, lapply(sort(unique(band)), function(one) {
  inside <- people[people$age_band == one, ]
  design <- svydesign(ids = ~1, data = inside, weights = ~1)
  ratio <- svyratio(~visits, ~member_months, design)
  same <- svytotal(~visits, svydesign(ids = ~1, data = inside, weights = ~1))
  data.frame(age_band = one, rate = as.numeric(coef(ratio)), variance = as.numeric(vcov(ratio)),
             total = as.numeric(coef(same)), total_variance = as.numeric(vcov(same)))
}))

wilson <- do.call(rbind, lapply(list(c(0, 20), c(1, 20), c(15, 100), c(100, 100), c(623, 6189)),
  function(one) {
    score <- prop.test(one[1], one[2], correct = FALSE)$conf.int
    exact <- binom.test(one[1], one[2])$conf.int
    data.frame(events = one[1], n = one[2], wilson_low = score[1], wilson_high = score[2],
               exact_low = exact[1], exact_high = exact[2])
  }))

write_json(
  list(
    made_with = list(R = R.version.string, survey = as.character(packageVersion("survey")),
                     jsonlite = as.character(packageVersion("jsonlite"))),
    people = people, rates = rates, proportions = wilson
  ),
  "tests/oracles/capitation_persons.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
