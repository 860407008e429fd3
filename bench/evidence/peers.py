"""Times the Python peers on the prepared data: CPU seconds of the method alone, without reading."""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")
folder, which = sys.argv[1], sys.argv[2]


def timed(name, work, repeat=1):
    best, answer = 1e9, None
    for _ in range(repeat):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    print(json.dumps({"name": name, "cpu": round(best, 5), "answer": answer}), flush=True)


import pandas as pd  # noqa: E402

if which == "statsmodels":
    import statsmodels.formula.api as smf

    d = pd.read_csv(f"{folder}/mixed.csv")
    model = smf.mixedlm("y ~ 0 + measure + year", d, groups=d["school"])
    timed("statsmodels (1|school)", lambda: float(model.fit(reml=True).llf))
elif which == "mixedlm-rs":
    import mixedlm_rs

    d = pd.read_csv(f"{folder}/mixed.csv")
    for name, part in [("(1|school)", "1"), ("(0+measure|school)", "0 + measure"),
                       ("(0+measure+year|school)", "0 + measure + year")]:
        model = mixedlm_rs.mixedlm("y ~ 0 + measure + year", d, groups="school", re_formula=part)
        timed(f"mixedlm-rs {name}", lambda: float(model.fit(reml=True).llf), 3)
elif which == "sklearn":
    from sklearn.neighbors import NearestNeighbors

    x = pd.read_csv(f"{folder}/families.csv").iloc[:, :12].to_numpy()
    x = (x - x.mean(0)) / x.std(0, ddof=1)
    for algorithm in ("kd_tree", "brute"):
        for k in (20, 50):
            timed(f"scikit-learn {algorithm} k={k}", lambda: float(
                NearestNeighbors(n_neighbors=k + 1, algorithm=algorithm).fit(x).kneighbors(x)[0].sum()))
elif which == "faiss":
    import faiss
    import numpy as np

    x = pd.read_csv(f"{folder}/families.csv").iloc[:, :12].to_numpy()
    x = ((x - x.mean(0)) / x.std(0, ddof=1)).astype("float32")

    def search(k):
        index = faiss.IndexFlatL2(12)
        index.add(x)
        return float(np.sqrt(np.maximum(index.search(x, k + 1)[0], 0)).sum())

    for k in (20, 50):
        timed(f"faiss flat k={k}", lambda: search(k), 3)
elif which == "csdid":
    from csdid.att_gt import ATTgt

    d = pd.read_csv(f"{folder}/did.csv")
    timed("csdid att_gt", lambda: float(ATTgt(
        yname="y", tname="time", idname="unit", gname="first", data=d.copy(),
        control_group=["nevertreated"], xformla="y~1").fit(est_method="dr", bstrap=False).results["att"][0]))
elif which == "pysyncon":
    from pysyncon import Dataprep, Synth

    d = pd.read_csv(f"{folder}/synth.csv")
    prep = Dataprep(foo=d, predictors=["y"], predictors_op="mean", dependent="y",
                    unit_variable="unit", time_variable="time", treatment_identifier="u0",
                    controls_identifier=[f"u{i}" for i in range(1, 201)],
                    time_predictors_prior=range(20), time_optimize_ssr=range(20),
                    special_predictors=[("y", [t], "mean") for t in range(20)])
    import numpy as np

    synth = Synth()
    timed("pysyncon, fixed predictor weights",
          lambda: synth.fit(dataprep=prep, custom_V=np.ones(21)) or float(synth.mspe()))
