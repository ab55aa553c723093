"""The part of a script that trains: the recipe in numbers, the loss, the loop, and where the data come from."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cnnviz.model.check import Report
from cnnviz.model.codegen import copies, judging, settings
from cnnviz.model.codegen.network import Ends
from cnnviz.model.codegen.writing import call_lines, written
from cnnviz.model.graph import Graph
from cnnviz.model.heads import Head, heads
from cnnviz.model.recipe import DataChoice, Recipe

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
    "schedule", "early_stopping", "label_smoothing", "precision",
})  # fmt: skip
"""The settings of a recipe that a script follows; two more where the network has one input."""


def left_out(recipe: Recipe, lesson: Lesson) -> list[str]:
    """Return what a recipe asks for beyond what a script does, in words."""
    found = []
    said = _SAID | ({"mixup", "accumulate"} if len(lesson.ends.inputs) == 1 else set())
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


def training_text(lesson: Lesson, recipe: Recipe, choice: DataChoice) -> list[str]:
    """Return the parts of a script that train by a recipe: numbers, losses, loop, reading of data."""
    augmenting = [copies.augmentation(tuple(step.kind for step in recipe.augment))] if recipe.augment else []
    parts = [
        *_loss(lesson, recipe),
        judging.holding_out(choice),
        _BATCHES,
        _PREPARED,
        judging.judge_text(lesson.arrays, counts=_plain(lesson) and len(lesson.ends.inputs) == 1),
        *augmenting,
        *settings.functions(recipe),
        _train(lesson, recipe),
        _load(lesson),
    ]
    return [_numbers(recipe, choice), *parts]


def _numbers(recipe: Recipe, choice: DataChoice) -> str:
    length = f"STEPS = {recipe.steps}  # batches" if recipe.steps else f"EPOCHS = {recipe.epochs}"
    held_out = (
        "" if choice.folds else f"\nVALIDATION = {choice.validation}  # samples held out, at most a sixth"
    )
    steps = "".join(f"\n    ({step.kind!r}, {step.settings()!r})," for step in recipe.augment)
    chain = f"\nAUGMENT = [{steps}\n]".replace("'", '"') if steps else ""
    return f"""{length}
BATCH_SIZE = {recipe.batch_size}
LEARNING_RATE = {recipe.learning_rate!r}
SEED = {recipe.seed}{held_out}{chain}"""


def _loss(lesson: Lesson, recipe: Recipe) -> list[str]:
    """Write the class `Loss`, behind the functions it needs: torch's own where one head names classes."""
    method = "self.net" if lesson.scores == "forward" else f"self.net.{lesson.scores}"
    given = ", ".join(lesson.ends.arguments())
    names = _score_names(lesson)
    texts, sums = _comparison(lesson, recipe, names)
    blended = bool(recipe.mixup) and lesson.labelled
    typed = [f"{name}: torch.Tensor" for name in lesson.arrays]
    blend = ["others: torch.Tensor | None = None", "kept: float = 1.0"] if blended else []
    halved = "" if recipe.precision == "float32" else ".float()"
    lines = [
        "class Loss(nn.Module):",
        '    """The network together with what it learns to make small."""',
        "",
        "    def __init__(self, net: Net) -> None:",
        "        super().__init__()",
        "        self.net = net",
        "",
        *call_lines("    def ", "forward", ["self", *typed, *blend], " -> torch.Tensor:"),
    ]
    if len(names) == 1:
        lines.append(f"        {names[0]} = {method}({given}){halved}")
    else:
        lines.append(f"        {', '.join(names)} = {method}({given})")
        lines += [f"        {name} = {name}.float()" for name in names if halved]
    inputs = [each for each in lesson.ends.arguments() if any(head.sample for head in lesson.heads)]
    handed = ", ".join([*names, *inputs, *(["y"] if lesson.labelled else [])])
    lines.append(f"        loss = self.compared({handed})")
    if blended:
        others = ", ".join([*names, *inputs, "others"])
        lines += [
            "        if others is not None:",
            f"            loss = kept * loss + (1 - kept) * self.compared({others})",
        ]
    if _penalised(lesson):
        lines += [
            "        for child in self.net.modules():",
            '            if self.training and isinstance(getattr(child, "penalty", None), torch.Tensor):',
            "                loss = loss + child.penalty",
        ]
    typed = [f"{each}: torch.Tensor" for each in handed.split(", ")]
    lines += [
        "        return loss",
        "",
        *call_lines("    def ", "compared", ["self", *typed], " -> torch.Tensor:"),
        '        """Return the loss of scores."""',
        *sums,
    ]
    return [*texts, "\n".join(lines)]


def _score_names(lesson: Lesson) -> list[str]:
    every = heads(lesson.graph)
    return [f"scores{number}" if len(every) > 1 else "scores" for number in range(1, len(every) + 1)]


def _comparison(lesson: Lesson, recipe: Recipe, names: list[str]) -> tuple[dict[str, None], list[str]]:
    """Return the texts of the functions that compare scores with what they should be, and the lines that do so."""
    if _plain(lesson):
        line = f"        return functional.cross_entropy(scores, y{settings.smoothing_argument(recipe)})"
        return {}, [line]
    texts: dict[str, None] = {}
    lines: list[str] = []
    every = heads(lesson.graph)
    for head, name in zip(every, names, strict=True):
        if head not in lesson.heads:
            continue
        function, text = copies.loss_function(head.layer.loss)
        texts |= dict.fromkeys(text.split("\n\n\n"))
        target = _argument(lesson, head.sample) if head.sample else "y"
        if recipe.label_smoothing and head.layer.loss == "cross entropy" and not head.sample:
            texts |= dict.fromkeys(copies.smoothing().split("\n\n\n"))
            target = f"_smoothed(y, {name}, {recipe.label_smoothing!r} if self.training else 0.0)"
        weight = "" if head.layer.weight == 1 else f"{head.layer.weight!r} * "
        start = "loss =" if not lines else "loss = loss +"
        comment = f"  # {head.node}" if len(every) > 1 else ""
        lines.append(f"        {start} {weight}{function}({name}, {target}, {head.ready}){comment}")
    return texts, [*lines, "        return loss"]


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
    full, rest = divmod(len(learned), BATCH_SIZE)
    per_epoch = full + (rest > world or full == 0)"""


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
    counted = _COUNTED + ("" if recipe.steps else "\n    steps = EPOCHS * per_epoch")
    typed = [*(f"{each}: torch.Tensor" for each in arguments), 'device: str = "cpu"']
    head = "\n".join(call_lines("def ", "train", typed, " -> Net:"))
    taken = (
        "augment(prepared({0}[places].to(device)))" if recipe.augment else "prepared({0}[places].to(device))"
    )
    values = [f"{each}[places].to(device)" if each == "y" else taken.format(each) for each in arguments]
    augment = "\n    augment = Augment(AUGMENT, SEED + rank, device)" if recipe.augment else ""
    compared = " and class numbers y (N,)" if lesson.labelled else ""
    return f'''{head}
    """Return the network trained on samples{compared}; under torchrun, processes share each batch."""
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    net = Net()
    initialise(net, "{recipe.initialiser}", SEED)
    torch.manual_seed(SEED + rank)  # dropout
    learned, judged = dealt(len({first}))
    model = lesson = Loss(net).to(device).train(){settings.freezing_lines(recipe)}
    if world > 1:
        distributed.init_process_group("gloo")
        model = DistributedDataParallel(model){augment}
{optimiser}{counted}{settings.preparing_lines(recipe)}{judging.beginning_lines(recipe)}
    for step, batch in enumerate(islice(batches(len(learned), world), {steps})):
        places = learned[batch[rank::world]]{settings.rate_lines(recipe, steps)}
        optimiser.zero_grad(){settings.learning_lines(recipe, values, arguments)}{settings.moving_lines(recipe)}
        if rank == 0 and (step % 100 == 0 or step + 1 == {steps}):
            print(f"step {{step + 1:,}} of {{{steps}:,}}: loss {{loss.item():.4f}}", flush=True)\
{judging.deciding_lines(recipe, arguments, steps)}{judging.ending_lines(recipe)}
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


def load(path: str, part: str = "train") -> list[torch.Tensor]:
    """Read {told}{labels} from an .npz file; x_train will do for x. There may be no part `test`."""
    found = []
    with np.load(path) as arrays:
        for name in {names}:
            if part == "test" and f"{{name}}_test" not in arrays:
                return []
            array = arrays[name if part == "train" and name in arrays else f"{{name}}_{{part}}"]
            shape = SHAPES.get(name, array.shape[1:])
            if array.shape[1:] != shape and (1, *array.shape[1:]) != shape:
                raise SystemExit(f"{{path}}: {{name}} must have samples of {{shape}}, not {{array.shape[1:]}}.")
            found.append(torch.from_numpy(array).reshape(-1, *shape)){check}
    return found'''
