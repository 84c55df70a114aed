# Reference values for tests/analysis/regression/test_margins.py.
# Run from the root of the repository:  Rscript tests/oracles/margins.R
# Needs numDeriv, MASS, ordinal, sandwich, geepack and jsonlite; writes tests/oracles/margins.json.
# Effects are mean derivatives, for which numDeriv differentiates the design matrix by the variable, or
# differences of mean predictions; standard errors are the delta method, for which numDeriv
# differentiates the effects by the parameters (Richardson extrapolation).

suppressPackageStartupMessages({
  library(numDeriv)
  library(MASS)
  library(ordinal)
  library(sandwich)
  library(geepack)
  library(jsonlite)
})

set.seed(20240101)
n <- 180
d <- data.frame(district = rep(1:18, each = 10))
d$doctors <- pmax(0.2, round(rnorm(n, 1.8, 0.7), 1))
d$members <- round(rlnorm(n, 8.6, 0.5))
d$infrastructure <- round(100 * rbeta(n, 5, 2))
d$funding <- sample(c("blud", "non_blud", "private"), n, TRUE)
d$consequence <- rbinom(n, 1, 0.6)
d$weight <- sample(c(1, 1, 2, 3), n, TRUE)
shock <- rep(rnorm(18, 0, 0.4), each = 10)
index <- 0.5 * d$doctors + 0.015 * d$infrastructure + 0.4 * (d$funding == "private") +
  0.3 * d$consequence + shock
d$score <- 1 + index + rnorm(n, 0, 0.5)
d$met <- rbinom(n, 1, plogis(index - 1.8))
d$diagnosed <- 10 + rpois(n, 30)
d$controlled <- rbinom(n, d$diagnosed, plogis(index - 2.5))
d$visits <- rpois(n, d$members * exp(-7 + 0.4 * index))
d$level <- as.integer(cut(index + rlogis(n), c(-Inf, 1, 2, 3, Inf))) - 1L
d$share <- d$controlled / d$diagnosed
data <- d
d$funding <- factor(d$funding)

matrix_of <- function(formula, new) {
  right <- delete.response(terms(formula))
  model.matrix(right, new, xlev = list(funding = levels(d$funding)))
}

# means[[1]]: mean prediction as a function of parameters and data, a vector for an ordinal outcome;
# means[[2]]: its derivative, where the design matrix changes by `dx`.
predictor <- function(formula, inverse, density, weights = rep(1, n), offset = rep(0, n),
                      ordinal = FALSE) {
  average <- function(m) colSums(weights * as.matrix(m)) / sum(weights)
  parts <- function(beta, x) {
    k <- ncol(x)
    eta <- as.numeric(x %*% beta[1:k])
    list(eta = eta, upto = sapply(beta[-(1:k)], function(cut) cut - eta))
  }
  list(
    mean = function(beta, new) {
      x <- matrix_of(formula, new)
      if (!ordinal) return(average(inverse(as.numeric(x %*% beta) + offset)))
      at <- cbind(0, inverse(parts(beta, x[, -1, drop = FALSE])$upto), 1)
      average(at[, -1] - at[, -ncol(at)])
    },
    slope = function(beta, new, dx) {
      x <- matrix_of(formula, new)
      if (!ordinal)
        return(average(density(as.numeric(x %*% beta) + offset) * as.numeric(dx %*% beta)))
      x <- x[, -1, drop = FALSE]
      at <- cbind(0, density(parts(beta, x)$upto), 0)
      average(-(at[, -1] - at[, -ncol(at)]) * as.numeric(dx[, -1] %*% beta[1:ncol(x)]))
    },
    formula = formula
  )
}

effects <- function(means, beta, v, numeric, binary = NULL, at = list()) {
  base <- d
  for (name in names(at)) base[[name]] <- if (is.character(at[[name]]))
    factor(at[[name]], levels(d$funding)) else at[[name]]
  predict_mean <- means$mean
  derivative <- function(name) {
    size <- sd(d[[name]])
    dx <- matrix(jacobian(function(delta) {
      new <- base
      new[[name]] <- new[[name]] + size * delta
      as.numeric(matrix_of(means$formula, new))
    }, 0, method.args = list(eps = 1e-3, r = 4)) / size, nrow(d))
    function(b) means$slope(b, base, dx)
  }
  change <- function(name, from, to) function(b) {
    one <- two <- base
    one[[name]] <- if (name == "funding") factor(from, levels(d$funding)) else from
    two[[name]] <- if (name == "funding") factor(to, levels(d$funding)) else to
    predict_mean(b, two) - predict_mean(b, one)
  }
  jobs <- c(
    lapply(setNames(numeric, numeric), function(name) list(name, "dy/dx", derivative(name))),
    lapply(binary, function(name) list(name, "1 - 0", change(name, 0, 1))),
    list(list("funding", "non_blud - blud", change("funding", "blud", "non_blud")),
         list("funding", "private - blud", change("funding", "blud", "private")))
  )
  do.call(rbind, lapply(unname(jobs), function(job) {
    value <- job[[3]](beta)
    gradient <- jacobian(job[[3]], beta)
    se <- sqrt(diag(gradient %*% v %*% t(gradient)))
    data.frame(variable = job[[1]], contrast = job[[2]], place = seq_along(value) - 1,
               estimate = value, se = se)
  }))
}

reorder <- function(fit) {
  k <- length(fit$beta)
  p <- length(coef(fit))
  c((p - k + 1):p, 1:(p - k))
}
tight <- clm.control(gradTol = 1e-12, relTol = 1e-14, maxIter = 200)
close <- glm.control(epsilon = 1e-14, maxit = 100)

rich <- ~ doctors + I(doctors^2) + log(members) + infrastructure * funding + consequence
plain <- ~ doctors + infrastructure + funding + consequence
numeric_rich <- c("doctors", "members", "infrastructure")
numeric_plain <- c("doctors", "infrastructure")
put <- function(outcome, right) as.formula(paste(outcome, "~", as.character(right)[2]))

lm_fit <- lm(put("score", rich), d)
logit <- glm(put("met", rich), binomial(), d, control = close)
probit <- glm(put("met", plain), binomial("probit"), d, control = close)
cloglog <- glm(put("met", plain), binomial("cloglog"), d, control = close)
weighted <- suppressWarnings(glm(put("met", plain), binomial(), d, weights = weight, control = close))
grouped <- glm(put("cbind(controlled, diagnosed - controlled)", plain), binomial(), d, control = close)
share <- suppressWarnings(glm(put("share", plain), quasibinomial(), d, control = close))
poisson_fit <- glm(put("visits", plain), poisson(), d, offset = log(members), control = close)
robust <- glm(put("met", plain), poisson(), d, control = close)
d$y <- factor(d$level)
o_logit <- clm(put("y", rich), data = d, control = tight)
o_probit <- clm(put("y", plain), data = d, link = "probit", control = tight)
gee_fit <- geeglm(put("met", plain), binomial(), d, id = district, corstr = "exchangeable",
                  control = geese.control(epsilon = 1e-14, maxit = 500))
cloglog_inverse <- function(eta) -expm1(-exp(eta))
cloglog_slope <- function(eta) exp(eta - exp(eta))
ones <- rep(1, n)

results <- list(
  ols = effects(predictor(put("score", rich), identity, function(eta) rep(1, n)), coef(lm_fit), vcovHC(lm_fit, "HC3"),
                numeric_rich, "consequence"),
  ols_cluster = effects(predictor(put("score", rich), identity, function(eta) rep(1, n)), coef(lm_fit),
                        vcovCL(lm_fit, cluster = d$district, type = "HC1"), numeric_rich, "consequence"),
  logit = effects(predictor(put("met", rich), plogis, dlogis), coef(logit), vcov(logit), numeric_rich,
                  "consequence"),
  logit_cluster = effects(predictor(put("met", rich), plogis, dlogis), coef(logit),
                          vcovCL(logit, cluster = d$district, type = "HC1"), numeric_rich,
                          "consequence"),
  logit_at = effects(predictor(put("met", rich), plogis, dlogis), coef(logit), vcov(logit), numeric_rich,
                     "consequence", list(doctors = 2, funding = "private")),
  probit = effects(predictor(put("met", plain), pnorm, dnorm), coef(probit), vcov(probit), numeric_plain,
                   "consequence"),
  cloglog = effects(predictor(put("met", plain), cloglog_inverse, cloglog_slope), coef(cloglog),
                    vcovHC(cloglog, "HC0"), numeric_plain, "consequence"),
  weighted = effects(predictor(put("met", plain), plogis, dlogis, d$weight), coef(weighted), vcov(weighted),
                     numeric_plain, "consequence"),
  binomial = effects(predictor(put("met", plain), plogis, dlogis), coef(grouped), vcov(grouped),
                     numeric_plain, "consequence"),
  fractional = effects(predictor(put("met", plain), plogis, dlogis), coef(share), sandwich(share),
                       numeric_plain, "consequence"),
  poisson = effects(predictor(put("visits", plain), exp, exp, ones, log(d$members)), coef(poisson_fit),
                    vcov(poisson_fit), numeric_plain, "consequence"),
  robust_poisson = effects(predictor(put("met", plain), exp, exp), coef(robust), sandwich(robust),
                           numeric_plain, "consequence"),
  ordinal = effects(predictor(put("y", rich), plogis, dlogis, ordinal = TRUE), coef(o_logit)[reorder(o_logit)],
                    vcov(o_logit)[reorder(o_logit), reorder(o_logit)], numeric_rich, "consequence"),
  ordinal_probit = effects(predictor(put("y", plain), pnorm, dnorm, ordinal = TRUE),
                           coef(o_probit)[reorder(o_probit)],
                           vcov(o_probit)[reorder(o_probit), reorder(o_probit)], numeric_plain,
                           "consequence"),
  gee = effects(predictor(put("met", plain), plogis, dlogis), coef(gee_fit), gee_fit$geese$vbeta,
                numeric_plain, "consequence")
)

# The mean probabilities themselves, and those of payment levels that join categories 1 and 2.
order <- reorder(o_logit)
mean_probability <- predictor(put("y", rich), plogis, dlogis, ordinal = TRUE)$mean
beta <- coef(o_logit)[order]
v <- vcov(o_logit)[order, order]
join <- rbind(c(1, 0, 0, 0), c(0, 1, 1, 0), c(0, 0, 0, 1))
gradient <- jacobian(function(b) mean_probability(b, d), beta)
predictions <- list(
  mean = mean_probability(beta, d), se = sqrt(diag(gradient %*% v %*% t(gradient))),
  joined = as.numeric(join %*% mean_probability(beta, d)),
  joined_se = sqrt(diag(join %*% gradient %*% v %*% t(join %*% gradient)))
)

write_json(
  list(
    made_with = list(R = R.version.string, numDeriv = as.character(packageVersion("numDeriv")),
                     ordinal = as.character(packageVersion("ordinal")),
                     sandwich = as.character(packageVersion("sandwich")),
                     geepack = as.character(packageVersion("geepack"))),
    data = data, effects = results, predictions = predictions
  ),
  "tests/oracles/margins.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
