# Other data sets with known answers: each is written to a file, given to an example, and compared
# with what lme4, nlme or metafor find. Nothing of them is kept in the repository.
#   cargo build --release -p evidence --examples
#   Rscript bench/evidence/known.R FOLDER_OF_THE_EXAMPLES      (Debian: r-cran-lme4 r-cran-metafor)
suppressMessages({ library(lme4); library(metafor); library(jsonlite) })
examples <- commandArgs(TRUE)[1]
ours <- function(example, table, arguments) {
  file <- tempfile(fileext = ".csv")
  write.csv(table, file, row.names = FALSE)
  fromJSON(system2(file.path(examples, example), c(file, arguments), stdout = TRUE, stderr = FALSE))
}
worst <- 0
say <- function(name, ...) {
  found <- c(...)
  cat(sprintf("| %s | %s |\n", name,
    paste(names(found), formatC(found, format = "e", digits = 1), collapse = " · ")))
}
apart <- function(a, b) max(abs(a - b) / pmax(abs(b), 1e-8))
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e6),
  check.conv.singular = "ignore")
cat("| data and model | largest relative difference |\n|---|---|\n")

one <- function(name, table, formula, arguments, reml = TRUE, weights = NULL) {
  peer <- if (is.null(weights)) lmer(formula, table, REML = reml, control = tight)
    else lmer(formula, table, REML = reml, control = tight, weights = weights)
  found <- ours("mixed", table, c(arguments, if (!reml) "--ml"))
  theirs <- lapply(VarCorr(peer), function(v) unname(as.matrix(v)[, ]))
  group <- found$variance$group
  # Several groupings or independent effects have variances alone; else the whole covariance. lme4
  # names a nested grouping from the inside out.
  names(theirs) <- sub("^cask:batch$", "batch:cask", names(theirs))
  variance <- if (!is.null(found$variance$each)) {
    apart(unlist(found$variance$each[names(theirs)]), unlist(theirs))
  } else if (length(theirs) > 1) apart(diag(group), unlist(theirs)) else apart(c(group), c(theirs[[1]]))
  say(name,
    likelihood = apart(found$loglik, as.numeric(logLik(peer))),
    fixed = apart(found$fixed$estimate, unname(fixef(peer))),
    error = apart(found$fixed$se, unname(sqrt(diag(as.matrix(vcov(peer)))))),
    variance = variance, residual = apart(found$variance$residual, sigma(peer)^2))
}
one("sleepstudy, Days and slopes, REML", sleepstudy, Reaction ~ Days + (Days | Subject),
  c("--outcome Reaction --fixed Days --group Subject --slope Days"))
one("sleepstudy, the same, ML", sleepstudy, Reaction ~ Days + (Days | Subject),
  c("--outcome Reaction --fixed Days --group Subject --slope Days"), reml = FALSE)
one("sleepstudy, independent slopes", sleepstudy, Reaction ~ Days + (1 | Subject) + (0 + Days | Subject),
  c("--outcome Reaction --fixed Days --group Subject --slope Days --independent"))
one("Dyestuff", Dyestuff, Yield ~ 1 + (1 | Batch), "--outcome Yield --group Batch")
one("Dyestuff2, a variance of zero", Dyestuff2, Yield ~ 1 + (1 | Batch), "--outcome Yield --group Batch")
one("Penicillin, crossed", Penicillin, diameter ~ 1 + (1 | plate) + (1 | sample),
  "--outcome diameter --group plate --group sample")
one("Pastes, casks in batches", Pastes, strength ~ 1 + (1 | batch / cask),
  "--outcome strength --group batch/cask")
orthodont <- as.data.frame(nlme::Orthodont)
orthodont$Subject <- as.character(orthodont$Subject)
orthodont$Sex <- as.character(orthodont$Sex)
one("Orthodont, age and sex, slopes", orthodont, distance ~ age + relevel(factor(Sex), "Female") + (age | Subject),
  "--outcome distance --fixed age,Sex --group Subject --slope age")
machines <- as.data.frame(nlme::Machines)
machines$Worker <- as.character(machines$Worker)
machines$Machine <- as.character(machines$Machine)
one("Machines, one effect a machine", machines, score ~ Machine + (0 + Machine | Worker),
  "--outcome score --fixed Machine --group Worker --by Machine")

pooled <- function(name, y, v) {
  found <- ours("meta", data.frame(y = y, v = v), "--effect y --variance v")
  peer <- rma(y, v, method = "PM", test = "adhoc", control = list(tol = 1e-14, maxiter = 1e5))
  fixed <- rma(y, v, method = "FE")
  half <- qt(.975, length(y) - 2) * sqrt(peer$tau2 + peer$se^2)
  say(name,
    effect = apart(found$effect, c(peer$beta)), error = apart(found$se, peer$se),
    interval = apart(found$interval, c(peer$ci.lb, peer$ci.ub)), tau2 = apart(found$tau2, peer$tau2),
    Q = apart(found$q, fixed$QE), p = apart(found$q_p, fixed$QEp),
    prediction = apart(found$prediction, c(peer$beta) + c(-half, half)))
}
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
pooled("BCG vaccine, log risk ratios (Paule–Mandel, Knapp–Hartung)", bcg$yi, bcg$vi)
normand <- escalc(measure = "MD", m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i,
  n2i = n2i, data = dat.normand1999)
pooled("Stroke care, days in hospital (Normand 1999)", normand$yi, normand$vi)

# Known sampling variances: Fay and Herriot's model is a random-effects regression.
area <- function(name, table, y, v, x) {
  found <- ours("mixed", transform(table, area = seq_len(nrow(table))),
    c("--outcome", y, "--variances", v, "--group area", "--fixed", x))
  peer <- rma(table[[y]], table[[v]], mods = as.formula(paste("~", x)), data = table, method = "REML",
    control = list(threshold = 1e-12, maxiter = 1e5))
  shrunk <- blup(peer)
  mean <- c(fitted(peer))
  effects <- unlist(found$groups$effects)[order(as.numeric(found$groups$group))]
  say(name, fixed = apart(found$fixed$estimate, c(peer$beta)), error = apart(found$fixed$se, peer$se),
    variance = apart(c(found$variance$group), peer$tau2), area = apart(effects + mean, shrunk$pred))
}
area("BCG by latitude (known variances, REML)", data.frame(bcg)[c("yi", "vi", "ablat")], "yi", "vi", "ablat")
