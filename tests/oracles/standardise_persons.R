# Second opinions on direct standardisation for tests/capitation/test_standardise.py.
# Run from the root of the repository:  Rscript tests/oracles/standardise_persons.R
# Needs base R, survey, Epi and jsonlite; writes tests/oracles/standardise_persons.json.
# Persons: survey standardises a stratified sample of members to a population's ages.
# Counts: Epi fits rates by age as a Poisson model with identity link; the standardised rate is a
# weighted sum of its coefficients.

suppressPackageStartupMessages({
  library(survey)
  library(Epi)
  library(jsonlite)
})

set.seed(20190720)
n <- 600
bands <- c("0-17", "18-64", "65+")
standard <- c(3100, 5600, 1300)
age_band <- sample(bands, n, replace = TRUE, prob = c(0.3, 0.5, 0.2))
facility_id <- sample(c("A", "B"), n, replace = TRUE)
mean_visits <- c("0-17" = 0.9, "18-64" = 0.6, "65+" = 2.4)[age_band]
visits <- rnbinom(n, mu = mean_visits, size = 0.5)
people <- data.frame(member_id = seq_len(n), facility_id, age_band, visits)

people$cell <- interaction(people$facility_id, people$age_band)
design <- svydesign(ids = ~1, strata = ~cell, weights = ~1, data = people)
same_ages <- svystandardize(design, by = ~age_band, over = ~facility_id, population = standard)
persons <- svyby(~visits, ~facility_id, same_ages, svymean)

counts <- lapply(split(people, people$facility_id), function(one) {
  cells <- aggregate(cbind(visits, members = 1) ~ age_band, data = one, FUN = sum)
  fit <- glm(cbind(visits, members) ~ age_band - 1, family = poisreg(link = identity),
             data = cells)
  as.numeric(ci.lin(fit, ctr.mat = matrix(standard / sum(standard), nrow = 1))[, 1:2])
})

write_json(
  list(
    made_with = list(R = R.version.string, survey = as.character(packageVersion("survey")),
                     Epi = as.character(packageVersion("Epi")),
                     jsonlite = as.character(packageVersion("jsonlite"))),
    people = people[c("member_id", "facility_id", "age_band", "visits")],
    standard = data.frame(age_band = bands, members = standard),
    persons = data.frame(facility_id = persons$facility_id, estimate = persons$visits,
                         se = as.numeric(SE(persons))),
    counts = data.frame(facility_id = names(counts), estimate = sapply(counts, `[`, 1),
                        se = sapply(counts, `[`, 2), row.names = NULL)
  ),
  "tests/oracles/standardise_persons.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
