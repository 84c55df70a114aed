# Reference values for tests/analysis/regression/test_mixed.py.
# Run from the root of the repository:  Rscript tests/oracles/mixed.R
# Needs lme4, lmerTest, nlme and jsonlite; writes tests/oracles/mixed.json.

suppressPackageStartupMessages({
  library(lme4)
  library(lmerTest)
  library(jsonlite)
})

set.seed(7)
districts <- 18
size <- sample(3:14, districts, TRUE)
n <- sum(size)
panel <- data.frame(district = rep(seq_len(districts), size))
panel$doctors <- round(rnorm(n, 2, 1), 1)
panel$members <- round(rlnorm(n, 8.5, 0.6))
panel$funding <- sample(c("blud", "non_blud"), n, TRUE)
panel$weight <- sample(c(0.5, 1, 2), n, TRUE)
effect <- rnorm(districts, 0, 0.5)
steep <- rnorm(districts, 0, 0.3)
panel$score <- 2 + (0.2 + steep[panel$district]) * panel$doctors + 0.3 * (panel$funding == "blud") +
  effect[panel$district] + rnorm(n, 0, 0.6)
# Groups alike by construction: the variance between them is estimated as zero.
panel$alike <- 2 + 0.2 * panel$doctors + rnorm(n)
panel$alike <- panel$alike - ave(panel$alike - 0.2 * panel$doctors, panel$district)

control <- lmerControl(optimizer = "Nelder_Mead", optCtrl = list(
  FtolAbs = 1e-15, FtolRel = 1e-15, XtolRel = 1e-13, maxfun = 1e5))
one <- function(formula, data, reml, weights = NULL) {
  data$w <- if (is.null(weights)) rep(1, nrow(data)) else weights
  fit <- lmerTest::lmer(formula, data = data, REML = reml, weights = w, control = control)
  table <- coef(summary(fit))
  vc <- as.data.frame(VarCorr(fit))
  list(names = rownames(table), params = unname(table[, "Estimate"]),
       se = unname(table[, "Std. Error"]), df = unname(table[, "df"]),
       p = unname(table[, "Pr(>|t|)"]), components = vc$vcov, loglik = as.numeric(logLik(fit)),
       aic = AIC(fit), bic = BIC(fit), fitted = unname(fitted(fit)[1:8]),
       fixed = unname(predict(fit, re.form = NA)[1:8]), residuals = unname(residuals(fit)[1:8]))
}

form <- score ~ doctors + members + funding + (1 | district)
slope <- score ~ doctors + funding + (1 + doctors | district)
data(sleepstudy, package = "lme4")
second <- nlme::lme(score ~ doctors + members + funding, data = panel, random = ~ 1 | district,
                    control = nlme::lmeControl(msTol = 1e-12, tolerance = 1e-12))

write_json(
  list(
    made_with = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                     lmerTest = as.character(packageVersion("lmerTest")),
                     nlme = as.character(packageVersion("nlme"))),
    data = panel,
    intercept_reml = one(form, panel, TRUE),
    intercept_ml = one(form, panel, FALSE),
    intercept_weighted = one(form, panel, TRUE, panel$weight),
    slope_reml = one(slope, panel, TRUE),
    slope_ml = one(slope, panel, FALSE),
    alike = one(alike ~ doctors + (1 | district), panel, TRUE),
    nlme = list(params = unname(nlme::fixef(second)), se = unname(sqrt(diag(vcov(second)))),
                components = as.numeric(nlme::VarCorr(second)[, "Variance"]),
                loglik = as.numeric(logLik(second))),
    sleepstudy = list(data = data.frame(reaction = sleepstudy$Reaction, days = sleepstudy$Days,
                                        subject = as.integer(as.character(sleepstudy$Subject))),
                      intercept = one(Reaction ~ Days + (1 | Subject), sleepstudy, TRUE),
                      slope = one(Reaction ~ Days + (1 + Days | Subject), sleepstudy, TRUE))
  ),
  "tests/oracles/mixed.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
