"""The part of a script that trains: the recipe in numbers, the loss, the loop, and where the data come from."""

from __future__ import annotations

from cnnviz.layers import times
from cnnviz.model.check import Report
from cnnviz.model.codegen.network import Ends, scores_of
from cnnviz.model.codegen.writing import call_lines, written
from cnnviz.model.graph import Graph
from cnnviz.model.recipe import Recipe

_OPTIMISERS = {
    "sgd": ("SGD", ("fused=True",)),
    "momentum": ("SGD", ("momentum={0.momentum!r}", "fused=True")),
    "adam": ("Adam", ("fused=True",)),
    "adamw": ("AdamW", ("fused=True",)),
    "rmsprop": ("RMSprop", ()),
}
"""Class and arguments of every optimiser; what `cnnviz.engine.optimiser` makes, a contract test compares them."""


def trains(report: Report) -> bool:
    """Say whether the network has anything that learns."""
    return report.trainable > 0


def training_text(graph: Graph, report: Report, ends: Ends, recipe: Recipe) -> list[str]:
    """Return the parts of a script that train by a recipe: numbers, loss, loop, reading of data."""
    return [_numbers(recipe), _loss(graph, ends), _BATCHES, _train(recipe), _load(report, ends)]


def _numbers(recipe: Recipe) -> str:
    length = f"STEPS = {recipe.steps}  # batches" if recipe.steps else f"EPOCHS = {recipe.epochs}"
    return f"""{length}
BATCH_SIZE = {recipe.batch_size}
LEARNING_RATE = {recipe.learning_rate!r}
SEED = {recipe.seed}"""


def _loss(graph: Graph, ends: Ends) -> str:
    method = "net.logits" if scores_of(graph, ends.outputs[0]) != ends.outputs[0] else "net"
    arguments = ", ".join(ends.arguments())
    typed = "".join(f", {name}: torch.Tensor" for name in (*ends.arguments(), "y"))
    return f'''class Loss(nn.Module):
    """The network together with what it learns to make small: the cross entropy of its class scores."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self{typed}) -> torch.Tensor:
        return functional.cross_entropy(self.{method}({arguments}), y)'''


_BATCHES = '''def batches(count: int, world: int):
    """Yield the places of the samples of each batch, without end; every epoch shuffles them anew."""
    shuffler = torch.Generator().manual_seed(SEED)
    while True:
        for batch in torch.randperm(count, generator=shuffler).split(BATCH_SIZE):
            if len(batch) > world or count < BATCH_SIZE:  # batch norm can't learn from a single sample
                yield batch'''


_COUNTED = """
    full, rest = divmod(len(x), BATCH_SIZE)
    steps = EPOCHS * (full + (rest > world or full == 0))"""


def _train(recipe: Recipe) -> str:
    name, options = _OPTIMISERS[recipe.optimiser]
    decay = f"weight_decay={recipe.weight_decay!r}"  # always told: torch's defaults differ
    given = ["model.parameters()", "lr=LEARNING_RATE", decay, *(each.format(recipe) for each in options)]
    optimiser = "\n".join(call_lines("    optimiser = ", f"torch.optim.{name}", given))
    steps = "STEPS" if recipe.steps else "steps"
    counted = "" if recipe.steps else _COUNTED
    schedule = ""
    if recipe.schedule == "cosine":
        schedule = f"""
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / {steps}))"""
    return f'''def train(x: torch.Tensor, y: torch.Tensor, device: str = "cpu") -> Net:
    """Return the network trained on samples x and class numbers y (N,); under torchrun, processes share each batch.

    Samples of bytes are divided by 255.
    """
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    net = Net()
    initialise(net, "{recipe.initialiser}", SEED)
    torch.manual_seed(SEED + rank)  # dropout
    model = Loss(net).to(device).train()
    if world > 1:
        distributed.init_process_group("gloo")
        model = DistributedDataParallel(model)
{optimiser}{counted}
    for step, batch in enumerate(islice(batches(len(x), world), {steps})):
        samples, targets = x[batch[rank::world]].to(device), y[batch[rank::world]].to(device)
        if samples.dtype == torch.uint8:
            samples = samples.float() / 255{schedule}
        loss = model(samples, targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if rank == 0 and (step % 100 == 0 or step + 1 == {steps}):
            print(f"step {{step + 1:,}} of {{{steps}:,}}: loss {{loss.item():.4f}}", flush=True)
    if world > 1:
        distributed.destroy_process_group()
    return net.eval()'''


def _load(report: Report, ends: Ends) -> str:
    shape = report.row(ends.inputs[0]).shape or ()
    sizes = ", ".join(str(entry) for entry in shape)
    allowed = [shape, shape[1:]] if len(shape) > 1 and shape[0] == 1 else [shape]
    shapes = ", ".join(written(each) for each in allowed)
    return f'''def load(path: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Read x (N, {sizes}) and y (N,) from an .npz file; x_train and y_train will do too."""
    with np.load(path) as arrays:
        x, y = (arrays[name if name in arrays else f"{{name}}_train"] for name in ("x", "y"))
    if x.shape[1:] not in ({shapes}{"," if len(allowed) == 1 else ""}) or len(x) != len(y):
        raise SystemExit(f"{{path}}: samples of {times(shape)} are needed, and as many class numbers.")
    x = torch.from_numpy(x if x.dtype == np.uint8 else x.astype(np.float32))
    return x.reshape(-1, {sizes}), torch.from_numpy(y).reshape(-1).long()'''
