# Reference values for tests/analysis/regression/test_agreement.py.
# Run from the root of the repository:  Rscript tests/oracles/regression.R
# Needs MASS, sandwich, lmtest, clubSandwich, car and jsonlite; writes tests/oracles/regression.json.
# The data are SYNTHETIC: ties, missing values, zero counts, unequal clusters, weights, denominators.

suppressPackageStartupMessages({
  library(MASS)
  library(sandwich)
  library(lmtest)
  library(clubSandwich)
  library(car)
  library(jsonlite)
})

set.seed(20191231)
n <- 160
data <- data.frame(
  doctors = round(rgamma(n, 4, 1), 1),
  infrastructure = sample(c(60, 65, 70, 75, 80, 85, 90, 100), n, replace = TRUE),
  kind = sample(c("blud", "klinik", "non_blud"), n, replace = TRUE, prob = c(.3, .2, .5)),
  district = sample(1:12, n, replace = TRUE, prob = (1:12)^1.2),
  village = sample(1:55, n, replace = TRUE),
  w = sample(c(0.5, 1, 1.5, 2, 4), n, replace = TRUE),
  members = 100 * sample(8:150, n, replace = TRUE),
  referrals = rpois(n, 60) + 3
)
effect <- rnorm(12, 0, 0.5)[data$district]
push <- 0.15 * data$doctors + 0.01 * data$infrastructure - 0.4 * (data$kind == "klinik") + effect
data$score <- pmin(4, round(1 + push + rnorm(n, 0, 0.5 + 0.1 * data$doctors), 1))
data$met <- rbinom(n, 1, plogis(-1.6 + push))
data$nonspecialist <- rbinom(n, data$referrals, plogis(-3 - 0.5 * push + rnorm(n, 0, 0.5)))
data$visits <- rnegbin(n, data$members / 800 * exp(0.3 * push), 1.7)
data$fraction <- round(plogis(-1 + push + rnorm(n)), 2)
data$fraction[c(4, 17)] <- 0
data$fraction[c(9, 40)] <- 1
data$doctors[c(3, 77)] <- NA
data$kind[101] <- NA
data$score[c(12, 13)] <- NA
data$met[50] <- NA

used <- function(...) {
  names <- c(...)
  data[complete.cases(data[names]), ]
}
right <- c("doctors", "infrastructure", "kind")
rhs <- "doctors + infrastructure + kind"
tight <- glm.control(epsilon = 1e-15, maxit = 200)

matrices <- function(fit, d, cr2 = TRUE) {
  out <- list(
    model = vcov(fit),
    HC0 = vcovHC(fit, "HC0"), HC1 = vcovHC(fit, "HC1"),
    HC2 = vcovHC(fit, "HC2"), HC3 = vcovHC(fit, "HC3"),
    cluster = vcovCL(fit, cluster = d$village, type = "HC1", cadjust = TRUE)
  )
  if (cr2) out$CR2 <- as.matrix(vcovCR(fit, cluster = d$district, type = "CR2"))
  lapply(out, function(m) unname(as.matrix(m)))
}

common <- function(fit, d, cr2 = TRUE) {
  out <- list(
    names = names(coef(fit)), coef = unname(coef(fit)), n = nobs(fit),
    vcov = matrices(fit, d, cr2), loglik = as.numeric(logLik(fit)), aic = AIC(fit), bic = BIC(fit)
  )
  if (cr2) {
    test <- coef_test(fit, vcov = "CR2", cluster = d$district, test = "Satterthwaite")
    out$cr2_df <- if ("df_Satt" %in% names(test)) test$df_Satt else test$df
    out$cr2_p <- if ("p_Satt" %in% names(test)) test$p_Satt else test$p_val
  }
  out
}

linear <- function(formula, weights = NULL) {
  d <- used("score", right)
  d$weight <- if (is.null(weights)) 1 else d[[weights]]
  fit <- if (is.null(weights)) lm(formula, d) else lm(formula, d, weights = weight)
  s <- summary(fit)
  ci <- coefci(fit, vcov. = vcovHC(fit, "HC3"))
  out <- common(fit, d)
  out$r2 <- s$r.squared
  out$adj_r2 <- s$adj.r.squared
  out$sigma <- s$sigma
  out$f <- unname(s$fstatistic)
  out$ci_HC3 <- unname(ci)
  if (attr(terms(fit), "intercept") == 1) {
    wald <- waldtest(fit, vcov = function(x) vcovHC(x, "HC3"))
    out$wald_HC3 <- c(wald$F[2], wald$`Pr(>F)`[2])
    vif <- vif(fit)
    out$gvif <- unname(vif[, "GVIF"])
    out$gvif_scaled <- unname(vif[, 3])
  }
  out
}

general <- function(fit, d, cr2 = TRUE, likelihood = TRUE) {
  out <- common(fit, d, cr2)
  out$deviance <- deviance(fit)
  out$null_deviance <- fit$null.deviance
  out$dispersion <- sum(residuals(fit, "pearson")^2) / fit$df.residual
  if (likelihood) {
    null <- update(fit, if (is.null(fit$offset)) . ~ 1 else . ~ 1 + offset(log(members)))
    test <- lrtest(null, fit)
    out$lr <- c(test$Chisq[2], test$Df[2], test$`Pr(>Chisq)`[2])
  }
  out
}

f <- function(left) as.formula(paste(left, "~", rhs))
d_met <- used("met", right)
d_ratio <- used("nonspecialist", "referrals", right)
d_visits <- used("visits", right)
d_fraction <- used("fraction", right)

logit <- glm(f("met"), binomial, d_met, control = tight)
probit <- glm(f("met"), binomial("probit"), d_met, control = tight)
cloglog <- glm(f("met"), binomial("cloglog"), d_met, control = tight)
weighted <- glm(f("met"), binomial, d_met, weights = 2 * w, control = tight)
grouped <- glm(f("cbind(nonspecialist, referrals - nonspecialist)"), binomial, d_ratio,
               control = tight)
fraction <- suppressWarnings(glm(f("fraction"), binomial, d_fraction, control = tight))
poisson_fit <- glm(as.formula(paste("visits ~", rhs, "+ offset(log(members))")), poisson, d_visits,
                   control = tight)
prevalence <- glm(f("met"), poisson, d_met, control = tight)
nb <- glm.nb(as.formula(paste("visits ~", rhs, "+ offset(log(members))")), d_visits,
             control = tight)
nb_null <- glm.nb(visits ~ 1 + offset(log(members)), d_visits, control = tight)
nb_out <- general(nb, d_visits, cr2 = FALSE, likelihood = FALSE)
nb_out$theta <- nb$theta
nb_out$theta_se <- nb$SE.theta
nb_out$loglik_null <- as.numeric(logLik(nb_null))

# A dummy per cluster: the adjustment matrices of CR2 have no full rank.
d_fixed <- used("score", right)
fixed <- lapply(list(rep(1, nrow(d_fixed)), d_fixed$w), function(weight) {
  d_fixed$weight <- weight
  fit <- lm(score ~ doctors + factor(district), d_fixed, weights = weight)
  test <- coef_test(fit, "CR2", cluster = d_fixed$district)
  list(coef = test$beta[2], se = test$SE[2], df = test$df_Satt[2])
})

small <- lm(score ~ doctors, used("score", right))
middle <- lm(score ~ doctors + infrastructure, used("score", right))
large <- lm(f("score"), used("score", right))
nested <- anova(small, middle, large)
pair <- anova(small, large)
logit_small <- glm(met ~ doctors, binomial, d_met, control = tight)
logit_pair <- lrtest(logit_small, logit)
z <- as.data.frame(scale(model.matrix(large)[, -1]))
z$score <- scale(used("score", right)$score)
beta <- unname(coef(lm(score ~ ., z))[-1])

grouped_out <- suppressWarnings(general(grouped, d_ratio, likelihood = TRUE))
fraction_out <- suppressWarnings(general(fraction, d_fraction, likelihood = FALSE))

write_json(
  list(
    made_with = list(
      R = R.version.string,
      MASS = as.character(packageVersion("MASS")),
      sandwich = as.character(packageVersion("sandwich")),
      lmtest = as.character(packageVersion("lmtest")),
      clubSandwich = as.character(packageVersion("clubSandwich")),
      car = as.character(packageVersion("car"))
    ),
    data = as.list(data),
    fits = list(
      ols = linear(f("score")),
      wls = linear(f("score"), "w"),
      no_intercept = linear(score ~ 0 + doctors + infrastructure),
      logit = general(logit, d_met), probit = general(probit, d_met),
      cloglog = general(cloglog, d_met),
      weighted_logit = suppressWarnings(general(weighted, d_met, likelihood = FALSE)),
      binomial = grouped_out, fractional = fraction_out,
      poisson = general(poisson_fit, d_visits),
      robust_poisson = general(prevalence, d_met, likelihood = FALSE),
      negbin = nb_out
    ),
    beta = beta,
    cr2_fixed = fixed,
    blocks = list(r2 = c(summary(small)$r.squared, summary(middle)$r.squared,
                         summary(large)$r.squared),
                  f_small = unname(summary(small)$fstatistic[1]),
                  df = nested$Df, rss = nested$RSS),
    f_test = c(pair$F[2], pair$Df[2], pair$`Pr(>F)`[2]),
    f_middle = c(anova(small, middle)$F[2], anova(small, middle)$`Pr(>F)`[2]),
    f_large = c(anova(middle, large)$F[2], anova(middle, large)$`Pr(>F)`[2]),
    lr_test = c(logit_pair$Chisq[2], logit_pair$Df[2], logit_pair$`Pr(>Chisq)`[2])
  ),
  "tests/oracles/regression.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE, na = "null"
)
