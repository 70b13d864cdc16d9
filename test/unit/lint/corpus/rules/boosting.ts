/** XGBoost, LightGBM, CatBoost. */
import { cells, type RuleCells } from './cells';

export const BOOSTING: RuleCells = {
  'xgb-shotgun': {
    flagged: cells(`
import xgboost as xgb

params = {"booster": "gblinear", "objective": "reg:squarederror", "seed": 42}
bst = xgb.train(params, dtrain, num_boost_round=100)  # ! xgb-shotgun
# %%
from xgboost import XGBRegressor

model = XGBRegressor(booster="gblinear", updater="shotgun", random_state=0)  # ! xgb-shotgun
`),
    silent: cells(`
import xgboost as xgb

params = {"max_depth": 3, "eta": 0.1, "objective": "binary:logistic"}
bst = xgb.train(params, dtrain, num_boost_round=100)
linear = xgb.XGBRegressor(booster="gblinear", updater="coord_descent")
# %%
from xgboost import XGBClassifier

model = XGBClassifier(n_estimators=300, learning_rate=0.05, booster="gbtree")
dart = XGBClassifier(booster="dart", rate_drop=0.1)
`),
  },
  'cat-gpu': {
    flagged: cells(`
from catboost import CatBoostClassifier, Pool

model = CatBoostClassifier(iterations=500, task_type="GPU", devices="0", random_seed=42)  # ! cat-gpu
model.fit(Pool(X, y))
# %%
import catboost as cb

options = {"depth": 6, "task_type": "GPU"}
reg = cb.CatBoostRegressor(**options)  # ! cat-gpu
`),
    silent: cells(`
from catboost import CatBoostClassifier

model = CatBoostClassifier(iterations=500, task_type="CPU", thread_count=4, verbose=False)
# %%
import catboost as cb

reg = cb.CatBoostRegressor(depth=6)
print("task_type='GPU' needs a card")
`),
  },
  'lgb-deterministic': {
    flagged: cells(`
import lightgbm as lgb

params = {"objective": "binary", "learning_rate": 0.05, "seed": 42}
model = lgb.train(params, lgb.Dataset(X, y), num_boost_round=200)  # ! lgb-deterministic
# %%
from lightgbm import LGBMRegressor

reg = LGBMRegressor(n_estimators=500, random_state=0)  # ! lgb-deterministic
`),
    silent: cells(`
import lightgbm as lgb

params = {"objective": "binary", "force_row_wise": True, "seed": 42}
model = lgb.train(params, lgb.Dataset(X, y), num_boost_round=200)
lgb.plot_importance(model)
# %%
from lightgbm import LGBMClassifier, early_stopping

clf = LGBMClassifier(deterministic=True, force_col_wise=True, random_state=1)
clf.fit(X, y, callbacks=[early_stopping(10)])
`),
  },
};
