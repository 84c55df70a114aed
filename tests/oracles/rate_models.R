# Reference values for tests/capitation/test_models.py.
# Run from the root of the repository:  Rscript tests/oracles/rate_models.R
# Needs base R, MASS, statmod, sandwich and jsonlite; writes tests/oracles/rate_models.json.

suppressPackageStartupMessages({
  library(MASS)
  library(statmod)
  library(sandwich)
  library(jsonlite)
})

set.seed(20180614)
n <- 300
d <- data.frame(x1 = rnorm(n), x2 = rbinom(n, 1, .4), facility = sample(1:15, n, TRUE),
                months = sample(c(1, 6, 12), n, TRUE))
mu <- exp(-2 + .4 * d$x1 + .3 * d$x2) * d$months
d$visits <- rnbinom(n, mu = mu, size = .6)
d$cost <- ifelse(d$visits > 0, round(rgamma(n, 2 * pmax(d$visits, 1), 2 / 50) + 1, 2), 0)
some <- d[d$cost > 0, ]

about <- function(fit, rows) {
  list(params = as.numeric(coef(fit)), deviance = deviance(fit),
       dispersion = sum(residuals(fit, "pearson")^2) / df.residual(fit),
       clustered = vcovCL(fit, rows$facility, type = "HC1"),
       robust = vcovHC(fit, type = "HC0"))
}
exact <- glm.control(epsilon = 1e-14, maxit = 200)
nb <- glm.nb(visits ~ x1 + x2 + offset(log(months)), data = d, control = exact)
fits <- list(
  poisson = list(about(glm(visits ~ x1 + x2 + offset(log(months)), poisson, d, control = exact), d)),
  negbin = list(list(params = as.numeric(coef(nb)), alpha = 1 / nb$theta)),
  tweedie = list(about(glm(cost ~ x1 + x2 + offset(log(months)),
                           tweedie(var.power = 1.5, link.power = 0), d, control = exact), d)),
  gamma = list(about(glm(cost ~ x1 + x2 + offset(log(months)), Gamma(log), some,
                         control = exact), some)),
  two_part = list(
    about(glm(I(cost > 0) ~ x1 + x2 + offset(log(months)), binomial(cloglog), d,
              control = exact), d),
    about(glm(cost ~ x1 + x2 + log(months), Gamma(log), some, control = exact), some)
  )
)
write_json(
  list(made_with = list(R = R.version.string, MASS = as.character(packageVersion("MASS")),
                        statmod = as.character(packageVersion("statmod")),
                        sandwich = as.character(packageVersion("sandwich")),
                        jsonlite = as.character(packageVersion("jsonlite"))),
       data = d, fits = fits),
  "tests/oracles/rate_models.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
