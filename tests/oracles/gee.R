# Reference values for tests/analysis/regression/test_gee.py.
# Run from the root of the repository:  Rscript tests/oracles/gee.R
# Needs geepack and jsonlite; writes tests/oracles/gee.json.
# The Mancl-DeRouen covariance is in no R package at hand: it is written out below cluster by
# cluster on the geeglm() fit, from the paper (Biometrics 57, 2001).

suppressPackageStartupMessages({
  library(geepack)
  library(jsonlite)
})

set.seed(11)
facilities <- 25
months <- sample(4:12, facilities, TRUE)
panel <- data.frame(facility = rep(seq_len(facilities), months), month = sequence(months))
n <- nrow(panel)
panel$doctors <- round(rnorm(n, 2, 0.7), 1)
panel$blud <- rep(rbinom(facilities, 1, 0.5), months)
panel$members <- rep(round(rlnorm(facilities, 8, 0.5)), months)
panel$weight <- sample(c(1, 2), n, TRUE)
shock <- rep(rnorm(facilities, 0, 0.6), months)
panel$score <- 2 + 0.3 * panel$doctors + 0.2 * panel$blud + shock + rnorm(n, 0, 0.7)
panel$met <- rbinom(n, 1, plogis(-1 + 0.4 * panel$doctors + 0.3 * panel$blud + shock))
panel$visits <- rpois(n, panel$members * exp(-5 + 0.2 * panel$doctors + 0.3 * shock))
panel$diagnosed <- 5 + rpois(n, 20)
panel$controlled <- rbinom(n, panel$diagnosed, plogis(-0.5 + 0.2 * panel$doctors + shock))

corr_matrix <- function(m, rho, corr) switch(corr,
  independence = diag(m), exchangeable = (1 - rho) * diag(m) + rho,
  ar1 = rho^abs(outer(seq_len(m), seq_len(m), "-")))

mancl_derouen <- function(fit, rho, corr, w, id) {
  x <- model.matrix(fit)
  mu <- as.numeric(fitted(fit))
  family <- fit$family
  d <- x * family$mu.eta(family$linkfun(mu))
  v <- family$variance(mu) / w
  y <- as.numeric(fit$y)
  groups <- split(seq_len(nrow(x)), id)
  inverse <- lapply(groups, function(g)
    solve(diag(sqrt(v[g]), length(g)) %*% corr_matrix(length(g), rho, corr) %*%
            diag(sqrt(v[g]), length(g))))
  total <- Reduce(`+`, Map(function(g, vi) t(d[g, , drop = FALSE]) %*% vi %*% d[g, , drop = FALSE],
                           groups, inverse))
  bread <- solve(total)
  meat <- Reduce(`+`, Map(function(g, vi) {
    dg <- d[g, , drop = FALSE]
    h <- dg %*% bread %*% t(dg) %*% vi
    r <- solve(diag(length(g)) - h, y[g] - mu[g])
    u <- t(dg) %*% vi %*% r
    u %*% t(u)
  }, groups, inverse))
  sqrt(diag(bread %*% meat %*% bread))
}

one <- function(formula, family, corr, weights = NULL, prior = NULL) {
  data <- panel
  data$w <- if (is.null(weights)) rep(1, n) else weights
  fit <- geeglm(formula, family = family, data = data, id = facility, corstr = corr, weights = w,
                control = geese.control(epsilon = 1e-14, maxit = 500))
  rho <- if (corr == "independence") 0 else as.numeric(fit$geese$alpha)
  list(params = unname(coef(fit)), se = unname(sqrt(diag(fit$geese$vbeta))),
       naive = unname(sqrt(diag(fit$geese$vbeta.naiv))), correlation = rho,
       dispersion = as.numeric(fit$geese$gamma),
       mancl_derouen = unname(mancl_derouen(fit, rho, corr, data$w, data$facility)))
}

structures <- c("independence", "exchangeable", "ar1")
each <- function(...) setNames(lapply(structures, function(s) one(corr = s, ...)), structures)
write_json(
  list(
    made_with = list(R = R.version.string, geepack = as.character(packageVersion("geepack"))),
    data = panel,
    gaussian = each(formula = score ~ doctors + blud, family = gaussian()),
    binomial = each(formula = met ~ doctors + blud, family = binomial()),
    poisson = each(formula = visits ~ doctors + blud + offset(log(members)), family = poisson()),
    grouped = each(formula = controlled / diagnosed ~ doctors + blud, family = binomial(),
                   weights = panel$diagnosed),
    weighted = each(formula = score ~ doctors + blud, family = gaussian(), weights = panel$weight)
  ),
  "tests/oracles/gee.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
