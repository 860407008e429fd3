"""Writes the invented national data sets that every program reads. Seeded."""
import sys
import numpy as np
import pandas as pd

out = sys.argv[1]
rng = np.random.default_rng(1)
schools = 24_000
effects = rng.normal(size=(schools, 4))
slopes = 0.2 * rng.normal(size=schools)
school, year, measure = (a.ravel() for a in np.meshgrid(
    np.arange(schools), np.arange(5), np.arange(4), indexing="ij"))
t = year - 2.0
y = (0.5 * measure + 0.1 * t + 0.6 * effects[school, 0] + 0.5 * effects[school, measure]
     + slopes[school] * t + rng.normal(size=school.size))
pd.DataFrame({"y": y, "school": school, "measure": np.array(list("abcd"))[measure], "year": t}
             ).to_csv(f"{out}/mixed.csv", index=False)
common = rng.normal(size=(schools, 1))
x = 0.5 * common * (np.arange(12) % 3) + rng.normal(size=(schools, 12))
pd.DataFrame(x, columns=[f"f{i}" for i in range(12)]).assign(urn=np.arange(schools)).to_csv(
    f"{out}/families.csv", index=False)
first = rng.choice([0, 3, 5, 7], size=schools)
rows = []
own = rng.normal(size=schools)
for period in range(1, 9):
    effect = np.where((first > 0) & (period >= first), 0.5, 0.0)
    rows.append(pd.DataFrame({"unit": np.arange(schools), "time": period, "first": first,
                              "y": own + 0.1 * period + effect + rng.normal(size=schools)}))
pd.concat(rows).to_csv(f"{out}/did.csv", index=False)
walk = np.cumsum(rng.normal(size=(201, 30)), axis=1) + 100
rows = [{"unit": f"u{u}", "time": p, "y": walk[u, p]} for u in range(201) for p in range(30)]
pd.DataFrame(rows).to_csv(f"{out}/synth.csv", index=False)
