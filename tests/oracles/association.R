# Reference values for tests/analysis/test_associate_*.py.
# Run from the root of the repository:  Rscript tests/oracles/association.R
# Needs base R, car, coin, effectsize, epitools, exactRankTests, psych, rstatix, vcd, vcdExtra and
# jsonlite; writes tests/oracles/association.json. All data are synthetic.

suppressPackageStartupMessages({
  library(car); library(coin); library(effectsize); library(epitools); library(exactRankTests)
  library(psych); library(rstatix); library(vcd); library(vcdExtra); library(jsonlite)
})
options(warn = -1)
set.seed(20191231)

# Facilities: ties, zeros, missing values, three kinds of groups ----------------------------------
n <- 80
model <- sample(c("blud", "non_blud"), n, TRUE)
type <- sample(c("clinic", "practice", "puskesmas"), n, TRUE, prob = c(.3, .3, .4))
scope <- sample(1:4, n, TRUE)
doctors <- sample(1:6, n, TRUE)
infra <- round(rnorm(n, 78, 9), 1)
members <- round(exp(rnorm(n, 9, .7)))
score <- pmin(4, pmax(1, round(1.5 + .3 * doctors + .2 * scope + (model == "blud") * .3 + rnorm(n), 1)))
rrns <- ifelse(runif(n) < .45, 0, round(rexp(n, .5), 2))
ak <- round(148 + 1.5 * doctors + rgamma(n, 1.2, .05), 2)
met <- as.integer(runif(n) < plogis(-1.5 + .4 * doctors + .3 * (type == "puskesmas")))
score[c(4, 33)] <- NA; infra[c(7, 33, 61)] <- NA; ak[12] <- NA
d <- data.frame(model, type, scope, doctors, infra, members, score, rrns, ak, met)

ht <- function(x) list(statistic = as.numeric(x$statistic), df = as.numeric(x$parameter),
                       p_value = x$p.value, ci = as.numeric(x$conf.int))

# Correlations -------------------------------------------------------------------------------------
pairs <- list(c("score", "doctors"), c("score", "infra"), c("ak", "rrns"), c("rrns", "members"),
              c("infra", "members"))
correlations <- lapply(pairs, function(one) {
  ok <- complete.cases(d[one]); y <- d[ok, one[1]]; x <- d[ok, one[2]]; m <- sum(ok)
  p <- cor.test(x, y); p90 <- cor.test(x, y, conf.level = .9)
  s <- cor.test(x, y, method = "spearman", exact = FALSE); rho <- as.numeric(s$estimate)
  k <- cor.test(x, y, method = "kendall", exact = FALSE)
  z <- qnorm(.975)
  around <- function(square, df) tanh(atanh(rho) + c(-1, 1) * z * sqrt(square / df))
  list(outcome = one[1], factor = one[2], n = m,
       pearson = c(ht(p), list(estimate = as.numeric(p$estimate), ci90 = as.numeric(p90$conf.int),
                               ci_psych = as.numeric(psych::r.con(as.numeric(p$estimate), m)))),
       spearman = list(estimate = rho, p_value = s$p.value,
                       bonett_wright = around(1 + rho^2 / 2, m - 3), fieller = around(1.06, m - 3),
                       fisher_z = around(1, m - 3)),
       kendall = list(estimate = as.numeric(k$estimate), z = as.numeric(k$statistic),
                      p_value = k$p.value))
})
untied <- list(x = c(3.1, 0.4, 2.2, 9.7, 5.5, 7.1, 1.3, 6.6), y = c(2.0, 1.1, 4.4, 8.3, 3.9, 9.9, .7, 5.0))
untied20 <- list(x = round(rnorm(20), 5), y = round(rnorm(20), 5))
exact <- list(
  data = untied, data20 = untied20,
  spearman = cor.test(untied$x, untied$y, method = "spearman", exact = TRUE)$p.value,
  kendall = cor.test(untied$x, untied$y, method = "kendall", exact = TRUE)$p.value,
  kendall20 = cor.test(untied20$x, untied20$y, method = "kendall", exact = TRUE)$p.value)

part <- function(y, x, z) {
  y <- as.numeric(y); f <- lm(y ~ x + z); t <- coef(summary(f))["x", ]
  df <- f$df.residual; full <- summary(f)$r.squared
  list(df = df, t = t[["t value"]], p_value = t[["Pr(>|t|)"]],
       partial = cor(resid(lm(y ~ z)), resid(lm(x ~ z))), semi = cor(y, resid(lm(x ~ z))))
}
ok <- complete.cases(d[c("score", "doctors", "infra", "members")]); p <- d[ok, ]
z <- cbind(infra = p$infra, members = p$members)
partial <- list(
  n = sum(ok), pearson = part(p$score, p$doctors, z),
  spearman = part(rank(p$score), rank(p$doctors), apply(z, 2, rank)),
  psych = psych::partial.r(p[c("score", "doctors", "infra", "members")], 1:2, 3:4)[1, 2],
  psych_spearman = psych::partial.r(as.data.frame(lapply(p[c("score", "doctors", "infra", "members")],
                                                        rank)), 1:2, 3:4)[1, 2])

# Two groups ---------------------------------------------------------------------------------------
g <- factor(d$model)
two <- lapply(c("score", "rrns", "ak"), function(name) {
  y <- d[[name]]; ok <- !is.na(y); y <- y[ok]; h <- g[ok]
  w1 <- wilcox.test(y ~ h, exact = FALSE, correct = TRUE, conf.int = TRUE, digits.rank = Inf)
  w0 <- wilcox.test(y ~ h, exact = FALSE, correct = FALSE, conf.int = TRUE)
  st <- t.test(y ~ h, var.equal = TRUE); we <- t.test(y ~ h)
  xy <- data.frame(y, h)
  eff <- function(f, ...) { e <- as.data.frame(f(y ~ h, data = xy, ...)); c(e[[1]], e$CI_low, e$CI_high) }
  lev <- function(f) { l <- car::leveneTest(y, h, center = f); list(f = l[1, 2], df = l[1:2, 1], p = l[1, 3]) }
  xs <- split(y, h); se <- sqrt(sum(sapply(xs, var) / lengths(xs)))
  list(outcome = name, n = length(y), wilcoxon = ht(w1), wilcoxon_uncorrected = ht(w0),
       biserial = eff(effectsize::rank_biserial)[1], student = ht(st), welch = ht(we),
       d_pooled = eff(effectsize::cohens_d), g_pooled = eff(effectsize::hedges_g),
       d_welch = eff(effectsize::cohens_d, pooled_sd = FALSE)[1], g_welch = eff(effectsize::hedges_g, pooled_sd = FALSE)[1],
       levene_mean = lev(mean), levene_median = lev(median))
})
small <- list(y = c(0, 0, 0, 1.2, 0, 3.4, 0.7, 5.1, 0, 2.2, 1.2, 6.0, 3.4, 8.8), g = rep(c("a", "b"), each = 7))
clean <- list(y = c(1.1, 2.3, 0.4, 5.6, 3.2, 7.7, 9.1, 4.5, 8.2, 6.3, 10.4), g = rep(c("a", "b"), c(5, 6)))
few <- list(
  tied = small, clean = clean,
  tied_coin = as.numeric(pvalue(coin::wilcox_test(y ~ factor(g), data = as.data.frame(small), distribution = "exact"))),
  tied_exact = wilcox.exact(y ~ factor(g), data = as.data.frame(small))$p.value,
  clean_wilcoxon = c(ht(wilcox.test(y ~ g, data = clean, exact = TRUE, conf.int = TRUE)),
                     list(estimate = as.numeric(wilcox.test(y ~ g, data = clean, exact = TRUE, conf.int = TRUE)$estimate))))

# Several groups -----------------------------------------------------------------------------------
ncp <- function(f, df1, df2, p) {
  if (pf(f, df1, df2) <= p) return(0)
  uniroot(function(l) pf(f, df1, df2, l) - p, c(0, 10 * f * df1 + 100), tol = 1e-12)$root
}
k <- factor(d$type)
several <- lapply(c("score", "rrns", "ak"), function(name) {
  y <- d[[name]]; ok <- !is.na(y); y <- y[ok]; h <- k[ok]; m <- length(y)
  kw <- kruskal.test(y ~ h); a <- aov(y ~ h); s <- summary(a)[[1]]; w <- oneway.test(y ~ h)
  f <- s[1, 4]; limits <- c(ncp(f, 2, m - 3, .975), ncp(f, 2, m - 3, .025))
  dunn <- rstatix::dunn_test(data.frame(y, h), y ~ h, p.adjust.method = "holm")
  gh <- rstatix::games_howell_test(data.frame(y, h), y ~ h, detailed = TRUE); tu <- TukeyHSD(a)$h
  fr <- summary(aov(rank(y) ~ h))[[1]][1, 4]
  list(outcome = name, kruskal = ht(kw),
       epsilon2 = as.data.frame(effectsize::rank_epsilon_squared(y ~ h, data = data.frame(y, h), ci = NULL))[[1]],
       epsilon2_ci = { l <- c(ncp(fr, 2, m - 3, .975), ncp(fr, 2, m - 3, .025)); l / (l + m) },
       dunn = list(z = dunn$statistic, p = dunn$p, p_adj = dunn$p.adj),
       anova = list(f = f, p = s[1, 5]),
       eta2 = as.data.frame(effectsize::eta_squared(a, partial = FALSE, verbose = FALSE))$Eta2,
       omega2 = as.data.frame(effectsize::omega_squared(a, partial = FALSE, verbose = FALSE))$Omega2,
       ci = limits / (limits + m),
       welch = list(f = as.numeric(w$statistic), df2 = as.numeric(w$parameter)[2], p = w$p.value),
       tukey = list(diff = -tu[, 1], low = -tu[, 3], high = -tu[, 2], p = tu[, 4]),
       games_howell = list(diff = -gh$estimate, low = -gh$conf.high, high = -gh$conf.low, p = gh$p.adj))
})

# Order --------------------------------------------------------------------------------------------
delta <- function(stat, tab) {  # standard error of a function of a table, by numeric gradient
  total <- sum(tab); p <- as.vector(tab) / total
  at <- function(q) stat(matrix(q, nrow(tab)))
  grad <- sapply(seq_along(p), function(i) {
    h <- 1e-5; up <- p; up[i] <- up[i] + h; down <- p; down[i] <- down[i] - h
    (at(up) - at(down)) / (2 * h)
  })
  sqrt((sum(p * grad^2) - sum(p * grad)^2) / total)
}
concordance <- function(q) {
  con <- dis <- 0
  for (i in seq_len(nrow(q))) for (j in seq_len(ncol(q))) {
    con <- con + q[i, j] * sum(q[row(q) > i & col(q) > j]); dis <- dis + q[i, j] * sum(q[row(q) > i & col(q) < j])
  }
  c(2 * con, 2 * dis)
}
free <- function(m) sum(m)^2 - sum(m^2)
measures <- list(
  kendall_tau_b = function(q) { s <- concordance(q); (s[1] - s[2]) / sqrt(free(rowSums(q)) * free(colSums(q))) },
  goodman_kruskal_gamma = function(q) { s <- concordance(q); (s[1] - s[2]) / sum(s) },
  somers_d_outcome_given_factor = function(q) { s <- concordance(q); (s[1] - s[2]) / free(rowSums(q)) },
  somers_d_factor_given_outcome = function(q) { s <- concordance(q); (s[1] - s[2]) / free(colSums(q)) },
  somers_d_symmetric = function(q) { s <- concordance(q); 2 * (s[1] - s[2]) / (free(rowSums(q)) + free(colSums(q))) })
tab <- table(d$doctors, d$scope); tab <- matrix(tab, nrow(tab))
gk <- GKgamma(tab)
jt <- cor.test(as.integer(d$scope), d$rrns, method = "kendall", exact = FALSE)
trend <- table(d$scope, d$met)
order <- list(
  table = tab, estimates = lapply(measures, function(f) f(tab)), ase = lapply(measures, delta, tab = tab),
  gamma_vcdExtra = c(gk$gamma, gk$sigma),
  jonckheere = list(z = as.numeric(jt$statistic), p = jt$p.value),
  trend = ht(prop.trend.test(trend[, "1"], rowSums(trend))))

# Tables -------------------------------------------------------------------------------------------
fourfold <- list(c(18, 6, 5, 11), c(17, 7, 5, 11), c(9, 41, 20, 30), c(2, 9, 7, 4), c(250, 1200, 330, 1100), c(0, 12, 6, 9))
fourfold <- lapply(fourfold, function(cells) {
  m <- matrix(cells, 2, byrow = TRUE); f <- fisher.test(m); f90 <- fisher.test(m, conf.level = .9)
  or <- oddsratio.wald(m)$measure[2, ]; rr <- riskratio.wald(m)$measure[2, ]
  list(cells = cells, pearson = chisq.test(m, correct = FALSE)$p.value, yates = chisq.test(m)$p.value,
       fisher = f$p.value, conditional = c(as.numeric(f$estimate), f$conf.int), ci90 = as.numeric(f90$conf.int),
       woolf = as.numeric(or), katz = as.numeric(rr), phi = vcd::assocstats(m)$phi,
       lr = vcd::assocstats(m)$chisq_tests["Likelihood Ratio", ])
})
larger <- list(matrix(c(10, 4, 6, 3, 12, 7, 5, 6, 14), 3), matrix(c(3, 0, 1, 0, 4, 2, 2, 1, 5, 0, 3, 0), 3),
               matrix(c(12, 3, 8, 6, 1, 9, 4, 5), 2), matrix(c(1, 0, 3, 4, 0, 2, 1, 6, 3, 2, 0, 1, 5, 0, 2, 2), 4))
larger <- lapply(larger, function(m) {
  a <- vcd::assocstats(m); v <- as.data.frame(effectsize::cramers_v(m, adjust = FALSE, alternative = "two.sided"))
  list(rows = nrow(m), cells = as.vector(t(m)), pearson = a$chisq_tests["Pearson", ],
       lr = a$chisq_tests["Likelihood Ratio", ], fisher = fisher.test(m, workspace = 2e7)$p.value,
       v = c(v[[1]], v$CI_low, v$CI_high),
       v_adjusted = as.data.frame(effectsize::cramers_v(m, adjust = TRUE, ci = NULL))[[1]])
})

# Limits of noncentrality, from R's own distributions ---------------------------------------------
tl <- lapply(list(c(2, 18), c(-.4, 7.3), c(6.5, 60)), function(a) list(t = a[1], df = a[2],
  low = uniroot(function(l) pt(a[1], a[2], l) - .975, c(-30, 30), tol = 1e-12)$root,
  high = uniroot(function(l) pt(a[1], a[2], l) - .025, c(-30, 30), tol = 1e-12)$root))
cl <- lapply(list(c(9, 2), c(31.4, 6)), function(a) list(x = a[1], df = a[2],
  low = uniroot(function(l) pchisq(a[1], a[2], l) - .975, c(0, 200), tol = 1e-12)$root,
  high = uniroot(function(l) pchisq(a[1], a[2], l) - .025, c(0, 200), tol = 1e-12)$root))

p <- c(.001, .04, .03, .2, .012, .5)
versions <- sapply(c("car", "coin", "effectsize", "epitools", "exactRankTests", "psych", "rstatix", "vcd", "vcdExtra",
                     "jsonlite"), function(one) as.character(packageVersion(one)))
write_json(
  list(made_with = c(list(R = R.version.string), as.list(versions)),
       data = as.list(d), correlations = correlations, exact = exact, partial = partial,
       two_groups = two, few = few, several_groups = several, order = order, fourfold = fourfold,
       larger = larger, noncentral = list(t = tl, chi2 = cl),
       adjusted = list(p = p, holm = p.adjust(p, "holm"), bonferroni = p.adjust(p, "bonferroni"),
                       fdr_bh = p.adjust(p, "BH"))),
  "tests/oracles/association.json", digits = I(17), auto_unbox = TRUE, pretty = TRUE, na = "null")
