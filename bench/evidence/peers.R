# Times lme4 on the prepared data: CPU seconds of the fit alone, without the check of derivatives
# at the end, which the others do not make and which costs more than the fit.
suppressMessages(library(lme4))
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "mixed.csv"))
d$measure <- factor(d$measure)
for (part in c("(1|school)", "(0+measure|school)", "(0+measure+year|school)")) {
  formula <- as.formula(paste("y ~ 0 + measure + year +", part))
  t <- system.time(m <- suppressWarnings(lmer(formula, d, control = lmerControl(calc.derivs = FALSE))))
  cat(sprintf('{"name": "lme4 %s", "cpu": %.3f, "answer": %.6f}\n', part, t[1] + t[2], logLik(m)[1]))
}
