# Reference values for tests/analysis/test_power.py.
# Run from the root of the repository:  Rscript tests/oracles/power.R
# Needs base R, pwr and jsonlite; writes tests/oracles/power.json.

suppressPackageStartupMessages({
  library(pwr)
  library(jsonlite)
})

# pwr solves with uniroot at its default tolerance (1e-4): its power is exact, its n is not, so n is
# solved here from its power.
solve_n <- function(power_at, target, low, high = 1e6) {
  uniroot(function(n) power_at(n) - target, c(low, high), tol = 1e-11)$root
}
side <- function(two) if (two) "two.sided" else "greater"
rows <- list()
add <- function(...) rows[[length(rows) + 1]] <<- list(...)

for (two in c(TRUE, FALSE)) for (alpha in c(0.05, 0.01)) {
  for (r in c(0.1, 0.3, 0.6)) {
    at <- function(n) pwr.r.test(n = n, r = r, sig.level = alpha, alternative = side(two))$power
    for (n in c(10, 41, 300))
      add(design = "correlation", method = "fisher_z", two = two, alpha = alpha, effect = r, n = n,
          power = at(n), n_80 = solve_n(at, 0.8, 4))
  }
  for (ratio in c(1, 2)) for (d in c(0.2, 0.5, 1.1)) {
    at <- function(n) pwr.t2n.test(n1 = n / (1 + ratio), n2 = n * ratio / (1 + ratio), d = d,
                                   sig.level = alpha, alternative = side(two))$power
    for (n in c(12, 60, 300))
      add(design = "two_means", two = two, alpha = alpha, effect = d, ratio = ratio, n = n,
          power = at(n), n_80 = solve_n(at, 0.8, 6))
    at <- function(n) pwr.2p2n.test(h = d, n1 = n / (1 + ratio), n2 = n * ratio / (1 + ratio),
                                    sig.level = alpha, alternative = side(two))$power
    for (n in c(12, 60, 300))
      add(design = "two_proportions", two = two, alpha = alpha, effect = d, ratio = ratio, n = n,
          power = at(n), n_80 = solve_n(at, 0.8, 6))
  }
}
for (alpha in c(0.05, 0.01)) {
  for (df in c(1, 4)) for (w in c(0.1, 0.3, 0.5)) {
    at <- function(n) pwr.chisq.test(w = w, N = n, df = df, sig.level = alpha)$power
    for (n in c(30, 300))
      add(design = "chi2", two = TRUE, alpha = alpha, effect = w, df = df, n = n,
          power = at(n), n_80 = solve_n(at, 0.8, 2))
  }
  for (u in c(1, 5)) for (f2 in c(0.02, 0.15, 0.35)) {
    at <- function(n) pwr.f2.test(u = u, v = n - u - 1, f2 = f2, sig.level = alpha)$power
    for (n in c(30, 300))
      add(design = "regression", two = TRUE, alpha = alpha, effect = f2, predictors = u, n = n,
          power = at(n), n_80 = solve_n(at, 0.8, u + 2))
  }
}

# Exact power of the correlation test by Hotelling's density of r, its hypergeometric series summed
# term by term: another way than the package's mixture of non-central t distributions.
series <- function(x, c, terms = 600) {
  k <- 0:(terms - 1)
  steps <- (k + 0.5)^2 / ((c + k) * (k + 1))
  sapply(x, function(one) 1 + sum(cumprod(steps * one)))
}
density_r <- function(r, n, rho) {
  scale <- log(n - 2) + lgamma(n - 1) - 0.5 * log(2 * pi) - lgamma(n - 0.5)
  exp(scale + (n - 1) / 2 * log(1 - rho^2) + (n - 4) / 2 * log(1 - r^2)
      - (n - 1.5) * log(1 - rho * r)) * series((rho * r + 1) / 2, n - 0.5)
}
for (two in c(TRUE, FALSE)) for (rho in c(0.1, 0.3, 0.6)) for (n in c(6, 10, 41, 84, 300)) {
  t <- qt(0.05 / (1 + two), n - 2, lower.tail = FALSE)
  bound <- t / sqrt(t^2 + n - 2)
  part <- function(a, b) integrate(density_r, a, b, n = n, rho = rho, rel.tol = 1e-10,
                                   subdivisions = 2000)$value
  add(design = "correlation", method = "exact", two = two, alpha = 0.05, effect = rho, n = n,
      power = part(bound, 1) + if (two) part(-1, -bound) else 0)
}

# Score statistic of proportional odds with two groups: Kruskal-Wallis with ties.
set.seed(20)
y <- sample(0:3, 57, TRUE, c(0.1, 0.3, 0.2, 0.4))
x <- rbinom(57, 1, 0.4)
score <- list(x = x, y = y, statistic = as.numeric(kruskal.test(y, x)$statistic))

write_json(
  list(
    made_with = list(R = R.version.string, pwr = as.character(packageVersion("pwr")),
                     jsonlite = as.character(packageVersion("jsonlite"))),
    rows = rows, score = score
  ),
  "tests/oracles/power.json", digits = I(17), auto_unbox = TRUE, pretty = FALSE
)
