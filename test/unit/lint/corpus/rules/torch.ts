/** PyTorch and torchvision. */
import { cells, type RuleCells } from './cells';

export const TORCH: RuleCells = {
  'pt-unseeded': {
    flagged: cells(`
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)  # ! pt-unseeded
        self.fc = nn.Linear(32, 10)  # ! pt-unseeded

    def forward(self, x):
        return F.dropout(self.fc(self.conv1(x)), p=0.5, training=self.training)  # ! pt-unseeded

model = Net()
# %%
import numpy as np
import torch as t

np.random.seed(0)
w = t.randn(10, 5, requires_grad=True)  # ! pt-unseeded
perm = t.randperm(100)  # ! pt-unseeded
t.nn.init.xavier_uniform_(w)  # ! pt-unseeded
# %%
import torch

torch.cuda.manual_seed_all(0)
z = torch.empty(5).normal_()  # ! pt-unseeded
`),
    silent: cells(`
import torch

g = torch.Generator().manual_seed(2147483647)
W = torch.randn((27, 27), generator=g)
ix = torch.multinomial(p, num_samples=1, replacement=True, generator=g)
# %%
import torch
from torch import nn

x = torch.zeros(3, 4)
loss_fn = nn.CrossEntropyLoss()
act = nn.Sequential(nn.ReLU(), nn.Flatten(), nn.MaxPool2d(2), nn.BatchNorm2d(3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
`),
  },
  'pt-reseeded': {
    flagged: cells(`
import torch

seed = torch.seed()  # ! pt-reseeded
print(f"using seed {seed}")
# %%
from torch import seed, manual_seed

manual_seed(0)
seed()  # ! pt-reseeded
`),
    silent: cells(`
import torch

print(torch.initial_seed())
torch.manual_seed(1)
# %%
import random
import torch

seed = 3
torch.manual_seed(seed)
`),
  },
  'pt-dataloader': {
    flagged: cells(`
from torch.utils.data import DataLoader, TensorDataset

train_loader = DataLoader(TensorDataset(X, y), batch_size=64, shuffle=True, num_workers=2)  # ! pt-dataloader
test_loader = DataLoader(test_set, batch_size=64)
# %%
import torch

loader = torch.utils.data.DataLoader(dataset, 32, True)  # ! pt-dataloader
# %%
import torch.utils.data as data

kwargs = {"batch_size": 32, "shuffle": True}
loader = data.DataLoader(train_set, **kwargs)  # ! pt-dataloader
`),
    silent: cells(`
import torch
from torch.utils.data import DataLoader

g = torch.Generator()
g.manual_seed(0)
train_loader = DataLoader(train_set, batch_size=64, shuffle=True, generator=g)
test_loader = DataLoader(test_set, batch_size=64, shuffle=False)
# %%
from torch_geometric.loader import DataLoader
from torch.utils.data import SequentialSampler

sampler = SequentialSampler(train_set)
loader = DataLoader(train_set, batch_size=32)
`),
  },
  'pt-random-split': {
    flagged: cells(`
import torch
from torch.utils.data import random_split

torch.use_deterministic_algorithms(True)
g = torch.Generator().manual_seed(0)
train_set, val_set = random_split(dataset, [50_000, 10_000])  # ! pt-random-split
# %%
import torch.utils.data as tud

sampler = tud.WeightedRandomSampler(weights, num_samples=len(weights), replacement=True)  # ! pt-random-split
subset = tud.SubsetRandomSampler(train_idx)  # ! pt-random-split
`),
    silent: cells(`
import torch
from torch.utils.data import random_split, Subset

gen = torch.Generator().manual_seed(42)
train_set, val_set = random_split(dataset, [0.8, 0.2], generator=gen)
again = random_split(dataset, [0.8, 0.2], gen)
small = Subset(dataset, range(100))
# %%
from torch.utils.data import SequentialSampler, BatchSampler
from torch.utils.data.distributed import DistributedSampler

batches = BatchSampler(SequentialSampler(dataset), batch_size=8, drop_last=False)
dist = DistributedSampler(dataset, num_replicas=2, rank=0)
`),
  },
  'pt-empty': {
    flagged: cells(`
import torch

x = torch.empty(5, 3)
print(torch.empty(2, 2))  # ! pt-empty
# %%
from torch import empty_like

start = empty_like(target) * 0.1  # ! pt-empty
`),
    silent: cells(`
import torch

out = torch.empty(100)
for i in range(100):
    out[i] = i ** 2
# %%
import torch

state = torch.zeros_like(target) * 0.1
torch.cuda.empty_cache
print(torch.ones(2, 2))
`),
  },
  'pt-dataset-rng': {
    flagged: cells(`
import numpy as np
from torch.utils.data import DataLoader, Dataset

class NoisyDataset(Dataset):
    def __init__(self, x, seed=0):
        self.x = x
        self.rng = np.random.default_rng(seed)  # ! pt-dataset-rng

    def __getitem__(self, i):
        return self.x[i] + self.rng.normal()

    def __len__(self):
        return len(self.x)

loader = DataLoader(NoisyDataset(x), batch_size=16, num_workers=4)
# %%
import random
import torch.utils.data as data

class Pairs(data.Dataset):
    def __init__(self, files):
        self.files = files
        self.random = random.Random(42)  # ! pt-dataset-rng

    def __getitem__(self, i):
        return self.files[i], self.random.choice(self.files)

loader = data.DataLoader(dataset=Pairs(files), num_workers=8)
`),
    silent: cells(`
import numpy as np
from torch.utils.data import DataLoader, Dataset

class NoisyDataset(Dataset):
    def __init__(self, x, seed=0):
        self.x = x
        self.rng = np.random.default_rng(seed)

    def __getitem__(self, i):
        return self.x[i] + self.rng.normal()

loader = DataLoader(NoisyDataset(x), batch_size=16)
# %%
import numpy as np
from torch.utils.data import DataLoader, Dataset

class NoisyDataset(Dataset):
    def __init__(self, x, seed):
        self.x, self.seed = x, seed

    def __getitem__(self, i):
        return self.x[i] + np.random.default_rng([self.seed, i]).normal()

loader = DataLoader(NoisyDataset(x, 3), num_workers=4)
`),
  },
  'tv-transforms': {
    flagged: cells(`
from torchvision import transforms

train_tf = transforms.Compose([
    transforms.RandomCrop(32, padding=4),  # ! tv-transforms
    transforms.RandomHorizontalFlip(),  # ! tv-transforms
    transforms.ToTensor(),
])
# %%
import torchvision.transforms.v2 as T

augment = T.Compose([T.ColorJitter(0.2, 0.2), T.Resize(224)])  # ! tv-transforms
`),
    silent: cells(`
from torchvision import transforms

test_tf = transforms.Compose([
    transforms.Resize(256),
    transforms.CenterCrop(224),
    transforms.ToTensor(),
    transforms.Normalize((0.5,), (0.5,)),
])
# %%
import torchvision.transforms.functional as TF

image = TF.hflip(image)
image = TF.rotate(image, angle=15)
`),
  },
  'pt-sobol': {
    flagged: cells(`
import torch

torch.manual_seed(0)
soboleng = torch.quasirandom.SobolEngine(dimension=5, scramble=True)  # ! pt-sobol
X_init = soboleng.draw(10)
# %%
from torch.quasirandom import SobolEngine

X = SobolEngine(2, True, None).draw(64)  # ! pt-sobol
`),
    silent: cells(`
from torch.quasirandom import SobolEngine

X = SobolEngine(dimension=2).draw(64)
Y = SobolEngine(dimension=2, scramble=True, seed=9).draw(64)
# %%
import torch

eng = torch.quasirandom.SobolEngine(3, True, 17)
eng.fast_forward(10)
`),
  },
};
