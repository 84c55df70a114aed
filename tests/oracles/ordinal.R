# Reference values for tests/analysis/regression/test_ordinal.py and test_parallel_lines.py.
# Run from the root of the repository:  Rscript tests/oracles/ordinal.R
# Needs MASS, ordinal, sandwich and jsonlite; writes tests/oracles/ordinal.json.
# No R package at hand has the Brant test: it is written out below on glm() fits, from the paper
# (Biometrics 46, 1990).

suppressPackageStartupMessages({
  library(MASS)
  library(ordinal)
  library(sandwich)
  library(jsonlite)
})

set.seed(20190701)
n <- 160
facilities <- data.frame(
  district = rep(1:16, each = 10),
  doctors = pmax(0, round(rnorm(n, 1.5, 0.8), 1)),
  infrastructure = round(100 * rbeta(n, 5, 2)),
  funding = sample(c("blud", "non_blud", "private"), n, TRUE, c(.3, .4, .3)),
  weight = sample(c(1, 1, 2, 3), n, TRUE)
)
latent <- 0.6 * facilities$doctors + 0.02 * facilities$infrastructure +
  c(blud = 0.5, non_blud = 0, private = -0.4)[facilities$funding] +
  rep(rnorm(16, 0, 0.6), each = 10) + rlogis(n)
facilities$level <- as.integer(cut(latent, c(-Inf, 1.2, 2.2, 3.3, Inf))) - 1L
facilities$y <- factor(facilities$level)
facilities$funding <- factor(facilities$funding)
tight <- clm.control(gradTol = 1e-12, relTol = 1e-14, maxIter = 200)
form <- y ~ doctors + infrastructure + funding

# clm puts thresholds first; here coefficients come first, as polr and the package have it.
reorder <- function(v, k) c(v[-seq_len(length(v) - k)], v[seq_len(length(v) - k)])
one <- function(formula, data, link, weights = NULL, cluster = NULL) {
  data$w <- if (is.null(weights)) rep(1, nrow(data)) else weights
  fit <- clm(formula, data = data, weights = w, link = link, control = tight)
  k <- length(fit$beta)
  p <- length(coef(fit))
  order <- c((p - k + 1):p, 1:(p - k))
  null <- clm(update(formula, . ~ 1), data = data, weights = w, link = link, control = tight)
  polr_fit <- polr(formula, data = data, weights = w, Hess = TRUE, control = list(reltol = 1e-15),
                   method = if (link == "logit") "logistic" else "probit")
  out <- list(
    names = names(coef(fit))[order], params = unname(coef(fit)[order]),
    se = unname(sqrt(diag(vcov(fit)))[order]),
    polr_params = unname(c(polr_fit$coefficients, polr_fit$zeta)),
    polr_deviance = polr_fit$deviance,
    loglik = as.numeric(logLik(fit)), loglik_null = as.numeric(logLik(null)),
    aic = AIC(fit), bic = BIC(polr_fit), nobs = nobs(polr_fit),
    fitted = unname(predict(fit, newdata = subset(data, select = all.vars(formula)[-1]))$fit[1:5, ])
  )
  if (!is.null(cluster)) {
    out$hc0 <- unname(sqrt(diag(sandwich(fit)))[order])
    out$cluster <- unname(sqrt(diag(vcovCL(fit, cluster = cluster, type = "HC0", cadjust = FALSE)))[order])
    out$cluster_adjusted <- unname(sqrt(diag(vcovCL(fit, cluster = cluster)))[order])
  }
  out
}

# Tests of each term and of all terms at once against thresholds that differ by term.
likelihood_ratio <- function(data, link, weights = NULL) {
  data$w <- if (is.null(weights)) rep(1, nrow(data)) else weights
  base <- clm(form, data = data, weights = w, link = link, control = tight)
  terms <- attr(terms(form), "term.labels")
  test <- function(freed) {
    kept <- setdiff(terms, freed)
    right <- if (length(kept)) reformulate(kept, "y") else y ~ 1
    fit <- clm(right, nominal = reformulate(freed), data = data, weights = w, link = link,
               control = tight)
    chi <- 2 * as.numeric(logLik(fit) - logLik(base))
    df <- length(coef(fit)) - length(coef(base))
    list(statistic = chi, df = df, p = pchisq(chi, df, lower.tail = FALSE))
  }
  c(list(all = test(terms)), setNames(lapply(terms, test), terms))
}

brant <- function(data, weights = NULL, link = "logit") {
  w <- if (is.null(weights)) rep(1, nrow(data)) else weights
  x <- model.matrix(update(form, NULL ~ .), data)
  assign <- attr(x, "assign")[-1]
  cuts <- max(data$level)
  fits <- lapply(seq_len(cuts), function(j)
    suppressWarnings(glm.fit(x, as.numeric(data$level >= j), weights = w,
                             family = binomial(link), control = list(epsilon = 1e-15))))
  prob <- sapply(fits, function(f) f$fitted.values)
  slope <- sapply(fits, function(f) binomial(link)$mu.eta(f$linear.predictors))
  k <- ncol(x) - 1
  v <- matrix(0, cuts * k, cuts * k)
  info <- lapply(seq_len(cuts), function(j)
    solve(crossprod(x, x * (w * slope[, j]^2 / (prob[, j] * (1 - prob[, j]))))))
  for (i in seq_len(cuts)) for (j in seq_len(cuts)) {
    lo <- min(i, j)
    hi <- max(i, j)
    cross <- w * slope[, i] * slope[, j] * prob[, hi] * (1 - prob[, lo]) /
      (prob[, i] * (1 - prob[, i]) * prob[, j] * (1 - prob[, j]))
    block <- (info[[i]] %*% crossprod(x, x * cross) %*% info[[j]])[-1, -1]
    v[(i - 1) * k + 1:k, (j - 1) * k + 1:k] <- block
  }
  b <- unlist(lapply(fits, function(f) f$coefficients[-1]))
  test <- function(columns) {
    d <- do.call(rbind, lapply(2:cuts, function(j) do.call(rbind, lapply(columns, function(m) {
      row <- numeric(cuts * k)
      row[m] <- 1
      row[(j - 1) * k + m] <- -1
      row
    }))))
    gap <- d %*% b
    chi <- as.numeric(t(gap) %*% solve(d %*% v %*% t(d)) %*% gap)
    list(statistic = chi, df = nrow(d), p = pchisq(chi, nrow(d), lower.tail = FALSE))
  }
  terms <- attr(terms(form), "term.labels")
  c(list(all = test(seq_len(k))),
    setNames(lapply(seq_along(terms), function(i) test(which(assign == i))), terms))
}

housing_fit <- one(Sat ~ Infl + Type + Cont, housing, "logit", housing$Freq)

write_json(
  list(
    made_with = list(R = R.version.string, MASS = as.character(packageVersion("MASS")),
                     ordinal = as.character(packageVersion("ordinal")),
                     sandwich = as.character(packageVersion("sandwich"))),
    data = subset(facilities, select = -y),
    logit = one(form, facilities, "logit", cluster = facilities$district),
    probit = one(form, facilities, "probit", cluster = facilities$district),
    logit_weighted = one(form, facilities, "logit", facilities$weight),
    probit_weighted = one(form, facilities, "probit", facilities$weight),
    likelihood_ratio = list(logit = likelihood_ratio(facilities, "logit"),
                            probit = likelihood_ratio(facilities, "probit"),
                            logit_weighted = likelihood_ratio(facilities, "logit", facilities$weight)),
    brant = list(logit = brant(facilities), probit = brant(facilities, link = "probit"),
                 logit_weighted = brant(facilities, facilities$weight)),
    housing = list(data = data.frame(sat = as.integer(housing$Sat) - 1L, infl = as.character(housing$Infl),
                                     type = as.character(housing$Type),
                                     cont = as.character(housing$Cont), freq = housing$Freq),
                   fit = housing_fit)
  ),
  "tests/oracles/ordinal.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
