# Reference values for tests/analysis/assumptions/test_assumptions_agreement.py.
# Run from the root of the repository:  Rscript tests/oracles/assumptions.R
# Needs nortest, tseries, lmtest, car, AER, sandwich, MASS and jsonlite; writes tests/oracles/assumptions.json.
# The data are SYNTHETIC: ties, missing values, zero counts, weights. Glejser, White, Hosmer-Lemeshow
# and the score tests of zeros are written out here from their definitions.

suppressPackageStartupMessages({
  library(nortest)
  library(tseries)
  library(lmtest)
  library(car)
  library(AER)
  library(sandwich)
  library(MASS)
  library(jsonlite)
})

set.seed(20191231)
n <- 140
data <- data.frame(
  doctors = round(rgamma(n, 4, 1), 1),
  infrastructure = sample(c(60, 65, 70, 75, 80, 85, 90, 100), n, replace = TRUE),
  kind = sample(c("blud", "klinik", "non_blud"), n, replace = TRUE, prob = c(.3, .2, .5)),
  w = sample(c(0.5, 1, 1.5, 2, 4), n, replace = TRUE),
  members = 100 * sample(8:150, n, replace = TRUE),
  referrals = rpois(n, 60) + 3
)
push <- 0.15 * data$doctors + 0.02 * data$infrastructure - 0.4 * (data$kind == "klinik")
data$score <- round(1 + push + as.numeric(arima.sim(list(ar = 0.2), n)) * (0.4 + 0.1 * data$doctors), 1)
data$met <- rbinom(n, 1, plogis(-2.6 + push))
data$nonspecialist <- rbinom(n, data$referrals, plogis(-3 - 0.5 * push + rnorm(n, 0, 0.5)))
data$few <- rnegbin(n, data$members / 5000 * exp(0.3 * push), 1.2)
data$calm <- rbinom(n, 8, plogis(-1 + 0.2 * push))
data$part <- round(data$nonspecialist / data$referrals, 2)
data$district <- rep(1:14, each = 10)
data$doctors[c(3, 77)] <- NA
data$score[12] <- NA

rhs <- "doctors + infrastructure + kind"
used <- data[complete.cases(data[c("doctors", "score")]), ]
counted <- data[!is.na(data$doctors), ]
tight <- glm.control(epsilon = 1e-15, maxit = 200)
f <- function(y, right = rhs) as.formula(paste(y, "~", right))
test <- function(t) list(statistic = unname(t$statistic[1]), p = unname(t$p.value))
chisq <- function(s, df) list(statistic = s, df = df, p = pchisq(s, df, lower.tail = FALSE))

normal <- function(e) {
  list(
    shapiro_wilk = test(shapiro.test(e)),
    lilliefors = test(lillie.test(e)),
    jarque_bera = test(jarque.bera.test(e)),
    anderson_darling = test(ad.test(e))
  )
}

# shapes that reach every branch of the approximated p-values
shapes <- list(
  normal = qnorm(ppoints(60)), uniform = ppoints(80), skew = qexp(ppoints(40)),
  tails = qt(ppoints(150), 3), mixed = c(qnorm(ppoints(50)), qnorm(ppoints(8), 2.2)),
  mild = qgamma(ppoints(90), 9), small = c(1, 2, 4, 4, 5, 7, 9, 15, 3), ties = rep(c(1, 2, 3, 3, 4, 6), 5),
  wave = sin(1:30), big = qgamma(ppoints(1200), 60), odd = c(qnorm(ppoints(120)), 1.8, 1.9, 2.4),
  rough = round(qnorm(ppoints(70), 0, 1.6))
)

auxiliary <- function(target, z) {
  a <- lm(target ~ z)
  s <- summary(a)
  list(r2 = s$r.squared, df = a$rank - 1, fit = a, s = s)
}

white <- function(e, x) {
  x <- x[, -1, drop = FALSE]
  cols <- lapply(seq_len(ncol(x)), function(i) x[, i] * x[, i:ncol(x), drop = FALSE])
  a <- auxiliary(e^2, do.call(cbind, c(list(x), cols)))
  chisq(length(e) * a$r2, a$df)
}

glejser <- function(e, x) {
  a <- auxiliary(abs(e), x[, -1])
  n <- length(e)
  ess <- sum((fitted(a$fit) - mean(abs(e)))^2)
  fs <- unname(a$s$fstatistic)
  list(
    t = unname(a$s$coefficients[-1, 3]), t_p = unname(a$s$coefficients[-1, 4]),
    f = list(statistic = fs[1], df = fs[2], df2 = fs[3], p = pf(fs[1], fs[2], fs[3], lower.tail = FALSE)),
    chi2 = chisq(n * a$r2, a$df),
    chi2_normal = chisq(ess / (mean(e^2) * (1 - 2 / pi)), a$df)
  )
}

scaled_condition <- function(x) {
  d <- svd(sweep(x, 2, sqrt(colSums(x^2)), "/"))$d
  max(d) / min(d)
}

squares <- function(fit, names, d, test = "F") {
  sapply(names, function(v) {
    a <- anova(fit, update(fit, as.formula(paste(". ~ . + I(", v, "^2)"))), test = test)
    if (test == "F") c(a$F[2], a$`Pr(>F)`[2]) else c(a$Deviance[2], a$`Pr(>Chi)`[2])
  }, simplify = FALSE)
}

linear <- function(fit, d) {
  e <- residuals(fit)
  x <- model.matrix(fit)
  bp <- function(...) {
    b <- bptest(fit, ...)
    list(statistic = unname(b$statistic), df = unname(b$parameter), p = unname(b$p.value))
  }
  bg <- bgtest(fit)
  rs <- resettest(fit, power = 2:3, type = "fitted")
  list(
    n = nrow(x),
    normal = normal(e),
    breusch_pagan = bp(studentize = FALSE), koenker = bp(), white = white(e, x), glejser = glejser(e, x),
    durbin_watson = c(test(dwtest(fit)), two_sided = dwtest(fit, alternative = "two.sided")$p.value),
    breusch_godfrey = c(test(bg), df = unname(bg$parameter)),
    runs = test(runs.test(factor(e >= median(e)))),
    reset = list(statistic = unname(rs$statistic), df = rs$parameter[[1]], df2 = rs$parameter[[2]], p = unname(rs$p.value)),
    condition_number = scaled_condition(x),
    cooks_distance = max(cooks.distance(fit)),
    cooks_far = sum(cooks.distance(fit) > 4 / nrow(x)),
    linearity = squares(fit, c("doctors", "infrastructure"), d)
  )
}

ols <- lm(f("score"), used)
small <- lm(f("score", "doctors + infrastructure"), used[1:40, ])
wls <- lm(f("score"), used, weights = w)
we <- sqrt(used$w) * residuals(wls)
wx <- model.matrix(wls)
weighted_aux <- auxiliary(we^2, wx[, -1])
lagged <- lm.fit(cbind(wx * sqrt(used$w), c(0, we[-length(we)])), we)
weighted <- list(
  shapiro_wilk = test(shapiro.test(we)),
  koenker = chisq(length(we) * weighted_aux$r2, weighted_aux$df),
  glejser = glejser(we, wx),
  breusch_godfrey = length(we) * sum(lagged$fitted.values^2) / sum(we^2),
  durbin_watson = sum(diff(we)^2) / sum(we^2),
  cooks_distance = max(cooks.distance(wls)),
  linearity = squares(wls, c("doctors", "infrastructure"), used)
)

no_intercept <- lm(f("score", "0 + doctors + infrastructure"), used)
no_reset <- resettest(no_intercept, power = 2:3, type = "fitted")

hosmer <- function(y, p, g = 10) {
  p <- round(p, 12)
  cuts <- droplevels(cut(p, unique(round(quantile(p, 0:g / g), 12)), include.lowest = TRUE))
  one <- tapply(y, cuts, sum)
  e1 <- tapply(p, cuts, sum)
  m <- tapply(y, cuts, length)
  chisq(sum((one - e1)^2 / e1 + (one - e1)^2 / (m - e1)), nlevels(cuts) - 2)
}

likelihood <- function(fit, d, names = c("doctors", "infrastructure")) {
  d$z <- fit$linear.predictors - (if (is.null(fit$offset)) 0 else fit$offset)
  d$z <- d$z - mean(d$z)
  fit$data <- d
  lr <- function(extra) {
    wide <- update(fit, as.formula(paste(". ~ . + I((", extra, "- mean(", extra, "))^2)")), data = d)
    s <- as.numeric(2 * (logLik(wide) - logLik(fit)))
    chisq(s, 1)
  }
  list(
    n = nrow(d), reset = lr("z"), linearity = sapply(names, lr, simplify = FALSE),
    cooks_distance = max(cooks.distance(fit)),
    pearson = chisq(sum(residuals(fit, "pearson")^2), df.residual(fit))
  )
}

# robust Wald test of the square of the linear predictor
robust <- function(fit, d, vcov) {
  d$z <- fit$linear.predictors - mean(fit$linear.predictors)
  wide <- update(fit, . ~ . + I(z^2), data = d)
  k <- length(coef(wide))
  list(reset = chisq(unname(coef(wide)[k]^2 / vcov(wide, d)[k, k]), 1), cooks_distance = max(cooks.distance(fit)))
}
hc0 <- function(wide, d) vcovHC(wide, "HC0")
by_district <- function(wide, d) vcovCL(wide, cluster = d$district, type = "HC0", cadjust = FALSE)

# score test of extra zeros: expectations by adding up over counts 0 to 4000; with theta_se the
# information of theta is the observed one that MASS gives
zeros <- function(y, x, mu, theta = NULL, theta_se = NULL) {
  counts <- 0:4000
  k <- ncol(x)
  p <- k + 1 + !is.null(theta)
  info <- matrix(0, p, p)
  score <- 0
  for (i in seq_along(y)) {
    prob <- if (is.null(theta)) dpois(counts, mu[i]) else dnbinom(counts, size = theta, mu = mu[i])
    p0 <- prob[1]
    own <- (counts == 0) / p0 - 1
    slope <- if (is.null(theta)) counts - mu[i] else (counts - mu[i]) / (1 + mu[i] / theta)
    u <- cbind(own, outer(slope, x[i, ]))
    if (!is.null(theta)) {
      h <- 1e-5
      d <- (dnbinom(counts, size = theta + h, mu = mu[i], log = TRUE) -
        dnbinom(counts, size = theta - h, mu = mu[i], log = TRUE)) / (2 * h)
      u <- cbind(u, d)
    }
    info <- info + crossprod(u * sqrt(prob))
    score <- score + (y[i] == 0) / p0 - 1
  }
  if (!is.null(theta_se)) info[p, p] <- 1 / theta_se^2
  chisq(score^2 * solve(info)[1, 1], 1)
}

logit <- glm(f("met"), binomial, counted, control = tight)
grouped <- glm(f("cbind(nonspecialist, referrals - nonspecialist)"), binomial, counted, control = tight)
poisson_fit <- function(y, d) glm(f(y, paste(rhs, "+ offset(log(members))")), poisson, d, control = tight)
pois <- poisson_fit("few", counted)
calm <- glm(f("calm"), poisson, counted, control = tight)
nb <- glm.nb(f("few", paste(rhs, "+ offset(log(members))")), counted, control = glm.control(epsilon = 1e-14, maxit = 500))
ct <- dispersiontest(pois)
lr_alpha <- as.numeric(2 * (logLik(nb) - logLik(pois)))

oracle <- list(
  versions = list(
    R = as.character(getRversion()), nortest = as.character(packageVersion("nortest")),
    tseries = as.character(packageVersion("tseries")), lmtest = as.character(packageVersion("lmtest")),
    car = as.character(packageVersion("car")), AER = as.character(packageVersion("AER")),
    sandwich = as.character(packageVersion("sandwich")), MASS = as.character(packageVersion("MASS"))
  ),
  data = data,
  shapes = lapply(shapes, function(e) list(values = e, tests = normal(e))),
  ols = c(linear(ols, used), list(vif = list(unname(vif(ols)[, 1]), unname(vif(ols)[, 3]^2)))),
  small = linear(small, used[1:40, ]),
  weighted = weighted,
  no_intercept = list(
    reset = list(statistic = unname(no_reset$statistic), p = unname(no_reset$p.value)),
    linearity = squares(no_intercept, c("doctors", "infrastructure"), used)
  ),
  logit = c(likelihood(logit, counted), list(hosmer_lemeshow = hosmer(counted$met, fitted(logit)))),
  ties = hosmer(counted$met, fitted(glm(met ~ kind + I(infrastructure > 75), binomial, counted, control = tight))),
  binomial = likelihood(grouped, counted),
  poisson = c(likelihood(pois, counted), list(
    cameron_trivedi = list(statistic = unname(ct$statistic), ratio = unname(ct$estimate), p = unname(ct$p.value)),
    boundary = list(statistic = lr_alpha, p = pchisq(lr_alpha, 1, lower.tail = FALSE) / 2),
    zero_inflation = zeros(counted$few, model.matrix(pois), fitted(pois))
  )),
  robust = list(
    logit = robust(logit, counted, hc0), clustered = robust(logit, counted, by_district),
    fractional = robust(glm(f("part"), quasibinomial, counted, control = tight), counted, hc0),
    robust_poisson = robust(glm(f("met"), poisson, counted, control = tight), counted, hc0)
  ),
  calm = list(pearson = sum(residuals(calm, "pearson")^2), ratio = unname(dispersiontest(calm)$estimate)),
  negbin = list(
    pearson = sum(residuals(nb, "pearson")^2),
    zero_inflation = zeros(counted$few, model.matrix(nb), fitted(nb), nb$theta, nb$SE.theta),
    zero_inflation_expected = zeros(counted$few, model.matrix(nb), fitted(nb), nb$theta)
  )
)

longley_x <- as.matrix(cbind(1, longley[c("GNP.deflator", "GNP", "Unemployed", "Armed.Forces", "Population", "Year")]))
oracle$longley <- list(x = unname(longley_x), condition = scaled_condition(longley_x))

writeLines(toJSON(oracle, digits = NA, auto_unbox = TRUE, na = "null", pretty = FALSE), "tests/oracles/assumptions.json")
