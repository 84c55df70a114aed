# Reference values for tests/analysis/test_describe.py.
# Run from the root of the repository:  Rscript tests/oracles/describe.R
# Needs base R, e1071 and jsonlite; writes tests/oracles/describe.json.

suppressPackageStartupMessages({
  library(e1071)
  library(jsonlite)
})

set.seed(2019)
n <- 83
data <- data.frame(
  ak_permille = round(c(rlnorm(60, 5, 0.3), runif(n - 60, 150, 153)), 2),
  rrns_pct = round(ifelse(runif(n) < 0.6, 0, rexp(n, 0.5)), 2),
  score = sample(10:40, n, TRUE) / 10,
  scope = sample(c("a", "b", "c", "d"), n, TRUE, c(0.4, 0.3, 0.2, 0.1)),
  consequence = runif(n) < 0.3,
  model = sample(c("blud", "non_blud"), n, TRUE)
)
data$ak_permille[c(3, 50)] <- NA
data$scope[c(7, 8, 9)] <- NA
data$model[81] <- NA

numbers <- function(x) {
  x <- x[!is.na(x)]
  test <- shapiro.test(x)
  list(n = length(x), mean = mean(x), sd = sd(x), median = median(x), min = min(x), max = max(x),
       type_7 = as.numeric(quantile(x, c(0.25, 0.75), type = 7)),
       type_6 = as.numeric(quantile(x, c(0.25, 0.75), type = 6)),
       skewness = skewness(x, type = 2),
       shapiro_w = as.numeric(test$statistic), shapiro_p = test$p.value)
}
difference <- function(x, group) {
  parts <- split(x, group)
  m <- sapply(parts, mean, na.rm = TRUE)
  v <- sapply(parts, var, na.rm = TRUE)
  abs(m[[1]] - m[[2]]) / sqrt((v[[1]] + v[[2]]) / 2)
}
# Yang and Dalton: every level but the first, the mean of the two multinomial covariance matrices.
distance <- function(x, group) {
  p <- prop.table(table(group, x), 1)[, -1, drop = FALSE]
  gap <- p[1, ] - p[2, ]
  covariance <- function(q) diag(q, length(q)) - outer(q, q)
  sqrt(as.numeric(t(gap) %*% solve((covariance(p[1, ]) + covariance(p[2, ])) / 2) %*% gap))
}

used <- data[!is.na(data$model), ]
groups <- c(list(`(all)` = used), split(used, used$model))
names <- c("ak_permille", "rrns_pct", "score")
result <- list(
  made_with = list(R = R.version.string, e1071 = as.character(packageVersion("e1071")),
                   jsonlite = as.character(packageVersion("jsonlite"))),
  data = as.list(data),
  numbers = lapply(groups, function(part) sapply(names, function(one) numbers(part[[one]]),
                                                 simplify = FALSE)),
  counts = lapply(groups, function(part) as.list(table(factor(part$scope, c("a", "b", "c", "d"))))),
  smd = c(sapply(names, function(one) difference(used[[one]], used$model), simplify = FALSE),
          list(scope = distance(used$scope, used$model),
               consequence = distance(used$consequence, used$model)))
)
write_json(result, "tests/oracles/describe.json", digits = I(17), auto_unbox = TRUE, na = "null")
