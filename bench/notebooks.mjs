/** Notebooks as people write them: imports, data, plots, models, helpers, magics and prose, with outputs. */

/** @param at makes names and numbers differ from cell to cell @returns {string[]} sources of one round of work */
function round(at) {
  const [df, model, column] = [`df_${at}`, `model_${at}`, `feature_${at % 9}`];
  return [
    `${df} = pd.read_csv(DATA / "part-${at}.csv", parse_dates=["day"], dtype={"${column}": "float32"})
${df} = ${df}.dropna(subset=["${column}", "target"]).reset_index(drop=True)
${df}["ratio"] = ${df}["${column}"] / ${df}["total"].clip(lower=1)
print(f"{len(${df}):,} rows, {${df}.memory_usage(deep=True).sum() / 1e6:.1f} MB")
${df}.head()`,
    `summary = (
    ${df}.groupby(["region", ${df}["day"].dt.month])
    .agg(mean=("${column}", "mean"), spread=("${column}", "std"), n=("target", "size"))
    .query("n > ${10 + at}")
    .sort_values("mean", ascending=False)
)
summary.style.background_gradient(cmap="viridis")`,
    `%matplotlib inline
fig, axes = plt.subplots(2, 2, figsize=(12, 8), sharex=True)
for ax, (name, group) in zip(axes.ravel(), ${df}.groupby("region")):
    ax.hist(group["${column}"], bins=${20 + (at % 30)}, alpha=0.7, label=name)
    ax.axvline(group["${column}"].median(), color="k", lw=1, ls="--")
    ax.set(title=f"{name} (n={len(group)})", xlabel="${column}", ylabel="count")
    ax.legend(frameon=False)
fig.tight_layout()
plt.show()`,
    `def prepare_${at}(frame, columns=("${column}", "ratio"), *, fill=0.0):
    """Scales the columns, and gives the matrix with its target."""
    scaled = StandardScaler().fit_transform(frame[list(columns)].fillna(fill))
    weights = np.where(frame["target"] > 0, 1.0, 0.5)
    if not np.isfinite(scaled).all():
        raise ValueError(f"{columns} hold what is no number")
    return scaled, frame["target"].to_numpy(), weights


X, y, w = prepare_${at}(${df})`,
    `X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=${at}, stratify=y)
${model} = RandomForestClassifier(n_estimators=${100 + at}, max_depth=8, n_jobs=-1)
${model}.fit(X_train, y_train)
scores = cross_val_score(${model}, X_train, y_train, cv=KFold(5, shuffle=True), scoring="roc_auc")
print(f"AUC {scores.mean():.3f} ± {scores.std():.3f}")`,
    `class Window_${at}:
    def __init__(self, size=${at % 12 || 12}, rng=None):
        self.size = size
        self.rng = rng or np.random.default_rng(SEED)

    def __iter__(self):
        for start in range(0, len(X_train), self.size):
            yield X_train[start : start + self.size]

    def noise(self):
        return self.rng.normal(scale=0.1, size=self.size)


batches = [batch.mean(axis=0) for batch in Window_${at}() if len(batch) > 1]`,
    `noise = np.random.normal(0, ${(at % 7) + 1}e-2, size=X_test.shape)
drop = {name: float(np.mean((${model}.predict(X_test + noise * k) - y_test) ** 2)) for k, name in enumerate("abc")}
sample = ${df}.sample(n=${50 + at}).pivot_table(index="region", columns="day", values="${column}")
display(sample, pd.Series(drop).sort_index())`,
    `%%time
with open(OUT / "scores-${at}.json", "w") as file:
    json.dump({"scores": scores.tolist(), "drop": drop, "when": str(datetime.now())}, file, indent=2)
!ls -la {OUT}`,
  ];
}

const IMPORTS = `import json
import random
from datetime import datetime
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.preprocessing import StandardScaler

DATA, OUT, SEED = Path("data"), Path("out"), 42
random.seed(SEED)`;

/** @returns {string[]} that many sources of code cells */
export function sources(count, from = 0) {
  const cells = [IMPORTS];
  for (let at = from; cells.length < count; at++) cells.push(...round(at));
  return cells.slice(0, count);
}

/** @returns {string} an nbformat 4.5 file with outputs, and prose before every fourth cell */
export function notebook(cells) {
  const lines = (text) => text.split(/(?<=\n)/);
  const written = cells.flatMap((source, i) => {
    const png = Buffer.alloc(12_000, i).toString('base64');
    const code = {
      cell_type: 'code',
      execution_count: i + 1,
      id: `code-${i}`,
      metadata: {},
      outputs: [
        { output_type: 'stream', name: 'stdout', text: lines('AUC 0.912 ± 0.004\n'.repeat(3)) },
        ...(source.startsWith('%matplotlib')
          ? [
              {
                output_type: 'display_data',
                metadata: {},
                data: { 'image/png': png, 'text/plain': ['<Figure>'] },
              },
            ]
          : []),
      ],
      source: lines(source),
    };
    const prose = {
      cell_type: 'markdown',
      id: `text-${i}`,
      metadata: {},
      source: [`## Part ${i}\n`, 'What it shows.'],
    };
    return i % 4 === 0 ? [prose, code] : [code];
  });
  const metadata = { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } };
  return JSON.stringify({ cells: written, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1) + '\n';
}
