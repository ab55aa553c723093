"""The part of a script that trains: the recipe in numbers, the loss, the loop, and where the data come from."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cnnviz.model.check import Report
from cnnviz.model.codegen import copies, settings
from cnnviz.model.codegen.network import Ends
from cnnviz.model.codegen.writing import call_lines, written
from cnnviz.model.graph import Graph
from cnnviz.model.heads import Head, heads
from cnnviz.model.recipe import Recipe

_OPTIMISERS = {
    "sgd": ("SGD", ("fused=True",)),
    "momentum": ("SGD", ("momentum={0.momentum!r}", "fused=True")),
    "nesterov": ("SGD", ("momentum={0.momentum!r}", "nesterov=True", "fused=True")),
    "adam": ("Adam", ("fused=True",)),
    "adamw": ("AdamW", ("fused=True",)),
    "rmsprop": ("RMSprop", ()),
}
"""Class and arguments of every optimiser; what `cnnviz.engine.optimiser` makes, a contract test compares them."""


_SAID = frozenset({
    "optimiser", "learning_rate", "batch_size", "epochs", "steps", "seed", "momentum", "weight_decay", "initialiser",
    "device", "clip_norm", "augment", "warm_up", "drop_factor", "drop_steps", "drop_patience", "l1", "l2", "freeze",
})  # fmt: skip
"""The settings of a recipe that a script follows; the schedule too, unless it is a plateau."""


def left_out(recipe: Recipe, lesson: Lesson) -> list[str]:
    """Return what a recipe asks for beyond what a script does, in words."""
    found = [] if recipe.schedule in settings.PLANNED else [f"schedule {recipe.schedule}"]
    said = _SAID | {"schedule"} | ({"label_smoothing"} if _plain(lesson) else set())
    for each in fields(recipe):
        value = getattr(recipe, each.name)
        if each.name not in said and value != each.default:
            found.append(f"{each.name.replace('_', ' ')} {value}")
    return found


@dataclass(frozen=True)
class Lesson:
    """What a script learns: `scores` is the method of `Net` that the losses are taken from."""

    graph: Graph
    report: Report
    ends: Ends
    scores: str

    @property
    def heads(self) -> tuple[Head, ...]:
        """Return the answers that have a loss."""
        return tuple(
            each for each in heads(self.graph) if each.layer.loss != "none" and each.layer.weight > 0
        )

    @property
    def possible(self) -> bool:
        """Say whether there is anything to learn, and a loss to learn it by."""
        return self.report.trainable > 0 and bool(self.heads)

    @property
    def labelled(self) -> bool:
        """Say whether any loss compares with labels; otherwise samples are enough."""
        return any(not head.sample for head in self.heads)

    @property
    def arrays(self) -> tuple[str, ...]:
        """Return the names of the arrays of the data: the inputs, and y."""
        return (*self.ends.arguments(), *(("y",) if self.labelled else ()))


def training_text(lesson: Lesson, recipe: Recipe) -> list[str]:
    """Return the parts of a script that train by a recipe: numbers, losses, loop, reading of data."""
    augmenting = [copies.augmentation(tuple(step.kind for step in recipe.augment))] if recipe.augment else []
    parts = [
        *_loss(lesson, recipe),
        _BATCHES,
        _PREPARED,
        *augmenting,
        *settings.functions(recipe),
        _train(lesson, recipe),
        _load(lesson),
    ]
    return [_numbers(recipe), *parts]


def _numbers(recipe: Recipe) -> str:
    length = f"STEPS = {recipe.steps}  # batches" if recipe.steps else f"EPOCHS = {recipe.epochs}"
    steps = "".join(f"\n    ({step.kind!r}, {step.settings()!r})," for step in recipe.augment)
    chain = f"\nAUGMENT = [{steps}\n]".replace("'", '"') if steps else ""
    return f"""{length}
BATCH_SIZE = {recipe.batch_size}
LEARNING_RATE = {recipe.learning_rate!r}
SEED = {recipe.seed}{chain}"""


def _loss(lesson: Lesson, recipe: Recipe) -> list[str]:
    """Write the class `Loss`, behind the functions it needs: torch's own where one head names classes."""
    method = "self.net" if lesson.scores == "forward" else f"self.net.{lesson.scores}"
    given = ", ".join(lesson.ends.arguments())
    typed = [f"{name}: torch.Tensor" for name in lesson.arrays]
    plain = _plain(lesson)
    lines = [
        "class Loss(nn.Module):",
        '    """The network together with what it learns to make small."""',
        "",
        "    def __init__(self, net: Net) -> None:",
        "        super().__init__()",
        "        self.net = net",
        "",
        *call_lines("    def ", "forward", ["self", *typed], " -> torch.Tensor:"),
    ]
    if plain:
        lines.append(
            f"        return functional.cross_entropy({method}({given}), y{settings.smoothing_argument(recipe)})"
        )
        return ["\n".join(lines)]
    texts: dict[str, None] = {}
    every = heads(lesson.graph)
    names = [f"scores{number}" if len(every) > 1 else "scores" for number in range(1, len(every) + 1)]
    lines.append(f"        {', '.join(names)} = {method}({given})")
    for head, name in zip(every, names, strict=True):
        if head not in lesson.heads:
            continue
        function, text = copies.loss_function(head.layer.loss)
        texts |= dict.fromkeys(text.split("\n\n\n"))
        target = _argument(lesson, head.sample) if head.sample else "y"
        weight = "" if head.layer.weight == 1 else f"{head.layer.weight!r} * "
        start = "loss =" if not any(line.startswith("        loss =") for line in lines) else "loss = loss +"
        comment = f"  # {head.node}" if len(every) > 1 else ""
        lines.append(f"        {start} {weight}{function}({name}, {target}, {head.ready}){comment}")
    lines += [
        "        for child in self.net.modules():",
        '            if isinstance(getattr(child, "penalty", None), torch.Tensor):',
        "                loss = loss + child.penalty",
        "        return loss",
    ]
    return [*texts, "\n".join(lines)]


def _plain(lesson: Lesson) -> bool:
    """Say whether the loss is the cross entropy of one row of class scores, and nothing else."""
    found = lesson.heads
    if len(found) != 1 or len(heads(lesson.graph)) != 1 or found[0].ready or found[0].sample:
        return False
    usual = found[0].layer.loss == "cross entropy" and found[0].layer.weight == 1
    return usual and len(lesson.report.row(found[0].source).shape or ()) == 1 and not _penalised(lesson)


def _penalised(lesson: Lesson) -> bool:
    """Say whether a layer adds a penalty of its own to the loss."""
    own, graph = copies.own_classes(), lesson.graph
    for row in lesson.report.rows:
        for call in graph.node(row.name).layer.torch_calls(*(row.inputs or ())):
            if "self.penalty" in own.get(call.name, ""):
                return True
    return False


def _argument(lesson: Lesson, node: str) -> str:
    """Return what an input is called in the script."""
    return dict(zip(lesson.ends.inputs, lesson.ends.arguments(), strict=True))[node]


_BATCHES = '''def batches(count: int, world: int):
    """Yield the places of the samples of each batch, without end; every epoch shuffles them anew."""
    shuffler = torch.Generator().manual_seed(SEED)
    while True:
        for batch in torch.randperm(count, generator=shuffler).split(BATCH_SIZE):
            if len(batch) > world or count < BATCH_SIZE:  # batch norm can't learn from a single sample
                yield batch'''

_COUNTED = """
    full, rest = divmod(len({0}), BATCH_SIZE)
    steps = EPOCHS * (full + (rest > world or full == 0))"""


_PREPARED = '''def prepared(samples: torch.Tensor) -> torch.Tensor:
    """Return samples as the network takes them: bytes become fractions of 255."""
    return samples.float() / 255 if samples.dtype == torch.uint8 else samples.float()'''


def _train(lesson: Lesson, recipe: Recipe) -> str:
    name, options = _OPTIMISERS[recipe.optimiser]
    decay = f"weight_decay={recipe.weight_decay!r}"  # always told: torch's defaults differ
    given = ["model.parameters()", "lr=LEARNING_RATE", decay, *(each.format(recipe) for each in options)]
    optimiser = "\n".join(call_lines("    optimiser = ", f"torch.optim.{name}", given))
    first, *_ = arguments = lesson.arrays
    steps = "STEPS" if recipe.steps else "steps"
    counted = "" if recipe.steps else _COUNTED.format(first)
    longest, clip = getattr(recipe, "clip_norm", 0.0), ""
    if longest:
        clip = f"\n        nn.utils.clip_grad_norm_(model.parameters(), {longest!r})"
    typed = [*(f"{each}: torch.Tensor" for each in arguments), 'device: str = "cpu"']
    head = "\n".join(call_lines("def ", "train", typed, " -> Net:"))
    taken = (
        "augment(prepared({0}[places].to(device)))" if recipe.augment else "prepared({0}[places].to(device))"
    )
    values = [f"{each}[places].to(device)" if each == "y" else taken.format(each) for each in arguments]
    augment = "\n    augment = Augment(AUGMENT, SEED + rank, device)" if recipe.augment else ""
    loss = "\n".join(call_lines("        loss = ", "model", values))
    compared = " and class numbers y (N,)" if lesson.labelled else ""
    return f'''{head}
    """Return the network trained on samples{compared}; under torchrun, processes share each batch."""
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    net = Net()
    initialise(net, "{recipe.initialiser}", SEED)
    torch.manual_seed(SEED + rank)  # dropout
    model = Loss(net).to(device).train(){settings.freezing_lines(recipe)}
    if world > 1:
        distributed.init_process_group("gloo")
        model = DistributedDataParallel(model){augment}
{optimiser}{counted}
    for step, batch in enumerate(islice(batches(len({first}), world), {steps})):
        places = batch[rank::world]{settings.rate_lines(recipe, steps)}
{loss}{settings.penalty_line(recipe)}
        optimiser.zero_grad()
        loss.backward(){clip}
        optimiser.step()
        if rank == 0 and (step % 100 == 0 or step + 1 == {steps}):
            print(f"step {{step + 1:,}} of {{{steps}:,}}: loss {{loss.item():.4f}}", flush=True)
    if world > 1:
        distributed.destroy_process_group()
    return net.eval()'''


def _load(lesson: Lesson) -> str:
    """Write the function that reads an .npz file; a grey image may come without its one channel."""
    shapes = {name: lesson.report.row(node).shape or () for node, name in
              zip(lesson.ends.inputs, lesson.ends.arguments(), strict=True)}  # fmt: skip
    entries = ", ".join(f'"{name}": {written(shape)}' for name, shape in shapes.items())
    told = ", ".join(f"{name} (N, {', '.join(map(str, shape))})" for name, shape in shapes.items())
    names = written(lesson.arrays)
    labels = " and y (N,)" if lesson.labelled else ""
    check = ""
    if lesson.labelled:
        check = """
    if len(found[0]) != len(found[-1]):
        raise SystemExit(f"{path}: there are not as many y as samples.")"""
    return f'''SHAPES = {{{entries}}}


def load(path: str) -> list[torch.Tensor]:
    """Read {told}{labels} from an .npz file; x_train will do for x."""
    found = []
    with np.load(path) as arrays:
        for name in {names}:
            array = arrays[name if name in arrays else f"{{name}}_train"]
            shape = SHAPES.get(name, array.shape[1:])
            if array.shape[1:] != shape and (1, *array.shape[1:]) != shape:
                raise SystemExit(f"{{path}}: {{name}} must have samples of {{shape}}, not {{array.shape[1:]}}.")
            found.append(torch.from_numpy(array).reshape(-1, *shape)){check}
    return found'''
