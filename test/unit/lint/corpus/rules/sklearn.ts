/** scikit-learn and imbalanced-learn. */
import { cells, type RuleCells } from './cells';

export const SKLEARN: RuleCells = {
  'sk-random-state': {
    flagged: cells(`
from sklearn.ensemble import RandomForestClassifier, GradientBoostingRegressor
from sklearn.tree import DecisionTreeClassifier

models = {
    "tree": DecisionTreeClassifier(max_depth=3),  # ! sk-random-state
    "forest": RandomForestClassifier(n_estimators=100),  # ! sk-random-state
    "gbr": GradientBoostingRegressor(random_state=None),  # ! sk-random-state
}
# %%
import sklearn.cluster as skc
from sklearn.decomposition import PCA, TruncatedSVD

km = skc.KMeans(8, n_init="auto")  # ! sk-random-state
pca = PCA(n_components=2, svd_solver="randomized")  # ! sk-random-state
svd = TruncatedSVD(50)  # ! sk-random-state
# %%
from sklearn import svm
from sklearn.linear_model import SGDClassifier, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

pipe = Pipeline([
    ("scale", StandardScaler()),
    ("clf", SGDClassifier(loss="log_loss")),  # ! sk-random-state
])
svc = svm.SVC(kernel="rbf", probability=True)  # ! sk-random-state
lr = LogisticRegression(penalty="l1", solver="saga")  # ! sk-random-state
`),
    silent: cells(`
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

models = [
    LogisticRegression(max_iter=1000),
    LinearRegression(),
    KNeighborsClassifier(5),
    SVC(kernel="linear"),
    RandomForestClassifier(200, random_state=0),
]
# %%
import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.decomposition import PCA
from sklearn.linear_model import SGDRegressor

KMeans(n_clusters=3, init=np.array([[0, 0], [1, 1], [2, 2]]), n_init=1)
DBSCAN(eps=0.3), AgglomerativeClustering(3)
PCA(n_components=2, svd_solver="full")
SGDRegressor(shuffle=False)
# %%
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier

params = dict(n_estimators=50, random_state=1)
clf = ExtraTreesClassifier(**params)
again = clone(clf).set_params(max_depth=4)
isinstance(clf, ExtraTreesClassifier)
`),
  },
  'sk-splitter-shuffle': {
    flagged: cells(`
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

cv = StratifiedKFold(n_splits=5, shuffle=True)  # ! sk-splitter-shuffle
scores = cross_val_score(model, X, y, cv=cv)
folds = KFold(10, shuffle=True, random_state=None)  # ! sk-splitter-shuffle
# %%
import sklearn.model_selection as ms

splitter = ms.GroupShuffleSplit(n_splits=1, test_size=0.2)  # ! sk-splitter-shuffle
train_idx, test_idx = next(splitter.split(X, groups=groups))
`),
    silent: cells(`
from sklearn.model_selection import KFold, TimeSeriesSplit, LeaveOneOut, cross_val_score

cross_val_score(model, X, y, cv=5)
cross_val_score(model, X, y, cv=KFold(n_splits=5))
cross_val_score(model, X, y, cv=TimeSeriesSplit(n_splits=5))
LeaveOneOut().get_n_splits(X)
# %%
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit, StratifiedGroupKFold

StratifiedKFold(n_splits=5, shuffle=True, random_state=42)
StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
StratifiedGroupKFold(5, True, 3)
`),
  },
  'sk-function-random-state': {
    flagged: cells(`
from sklearn.datasets import make_moons, make_blobs
from sklearn.model_selection import train_test_split

X, y = make_moons(n_samples=500, noise=0.2)  # ! sk-function-random-state
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, stratify=y)  # ! sk-function-random-state
# %%
from sklearn import datasets, utils
from sklearn.inspection import permutation_importance

X, y = datasets.make_classification(1000, 20)  # ! sk-function-random-state
X, y = utils.shuffle(X, y)  # ! sk-function-random-state
result = permutation_importance(model, X, y, n_repeats=10)  # ! sk-function-random-state
`),
    silent: cells(`
from sklearn.datasets import load_iris, make_circles
from sklearn.model_selection import train_test_split, learning_curve

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
past, future = train_test_split(series, test_size=0.2, shuffle=False)
circles = make_circles(100, shuffle=False)
learning_curve(model, X, y, cv=5)
# %%
from sklearn.metrics import silhouette_score, accuracy_score
from sklearn.utils import resample

boot = resample(X, n_samples=100, random_state=5)
silhouette_score(X, labels)
accuracy_score(y_test, y_pred)
`),
  },
  'sk-randomstate-instance': {
    flagged: cells(`
import numpy as np
from sklearn.model_selection import train_test_split

rs = np.random.RandomState(0)
first = train_test_split(X, random_state=rs)  # ~ sk-randomstate-instance
second = train_test_split(X, random_state=rs)  # ~ sk-randomstate-instance
# %%
from numpy.random import RandomState
from sklearn.ensemble import BaggingClassifier

clf = BaggingClassifier(n_estimators=10, random_state=RandomState(42))  # ~ sk-randomstate-instance
`),
    silent: cells(`
import numpy as np
from sklearn.model_selection import train_test_split

rs = np.random.RandomState(0)
X = rs.normal(size=(100, 3))
first = train_test_split(X, random_state=0)
# %%
import numpy as np
import pandas as pd

rs = np.random.RandomState(0)
df = pd.DataFrame(rs.rand(10, 2))
df.sample(5, random_state=rs)
`),
  },
  'sk-forest-njobs': {
    flagged: cells(`
from sklearn.ensemble import RandomForestRegressor

rf = RandomForestRegressor(n_estimators=500, n_jobs=-1, random_state=42)  # ! sk-forest-njobs
rf.fit(X_train, y_train).predict(X_test)
# %%
import sklearn.ensemble as ens

clf = ens.ExtraTreesClassifier(n_jobs=4)  # ! sk-random-state, ! sk-forest-njobs
clf.fit(X, y).predict_proba(X)
`),
    silent: cells(`
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier

RandomForestClassifier(n_estimators=500, n_jobs=1, random_state=42)
BaggingClassifier(n_estimators=10, n_jobs=-1, random_state=0)
# %%
from sklearn.model_selection import GridSearchCV
from sklearn.ensemble import RandomForestClassifier

grid = GridSearchCV(RandomForestClassifier(random_state=0), {"max_depth": [3, 5]}, n_jobs=-1)
`),
  },
  'imb-random-state': {
    flagged: cells(`
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline

pipe = Pipeline([("smote", SMOTE(k_neighbors=3)), ("clf", clf)])  # ! imb-random-state
# %%
import imblearn.under_sampling as under

X_res, y_res = under.RandomUnderSampler(sampling_strategy="majority").fit_resample(X, y)  # ! imb-random-state
`),
    silent: cells(`
from imblearn.over_sampling import ADASYN, SMOTE

X_res, y_res = SMOTE(random_state=42).fit_resample(X, y)
X_ada, y_ada = ADASYN(sampling_strategy=0.5, random_state=1).fit_resample(X, y)
# %%
from imblearn.under_sampling import NearMiss, TomekLinks

X_res, y_res = TomekLinks().fit_resample(X, y)
X_near, y_near = NearMiss(version=1).fit_resample(X, y)
`),
  },
};
