"""Which layer kinds a search finds, and which usually come next."""

from __future__ import annotations

from cnnviz.errors import ShapeError
from cnnviz.layers import GROUPS, LAYERS, Layer, Shape

FOLLOWS: dict[str, tuple[str, ...]] = {
    "": ("input",),
    "Input": ("conv", "flatten", "dense", "conv_lstm", "lstm", "embedding"),
    "Convolution": ("relu", "batchnorm", "maxpool", "conv", "globalavgpool", "flatten"),
    "Normalisation": ("relu", "maxpool", "conv", "dense", "flatten"),
    "Activation": ("maxpool", "conv", "batchnorm", "dense", "flatten", "globalavgpool", "dropout"),
    "Pooling": ("conv", "flatten", "globalavgpool", "dense", "dropout"),
    "Reshape": ("conv", "dense", "dropout"),
    "flatten": ("dense", "dropout"),
    "upsample": ("conv", "concat"),
    "conv_transpose": ("relu", "batchnorm", "conv_transpose", "conv", "concat"),
    "fixed_filter": ("maxpool", "avgpool", "relu", "flatten", "concat"),
    "globalavgpool": ("dense", "softmax", "dropout"),
    "globalmaxpool": ("dense", "softmax", "dropout"),
    "dropout": ("dense", "conv", "flatten"),
    "softmax": ("output",),
    "Dense": ("relu", "softmax", "dropout", "dense", "batchnorm"),
    "Merge": ("relu", "conv", "maxpool", "globalavgpool", "flatten"),
    "Recurrent": ("batchnorm", "dense", "conv_lstm", "lstm", "conv", "time_distributed", "dropout"),
    "embedding": ("conv", "lstm", "globalavgpool", "flatten"),
    "Autoencoder": ("dense", "conv", "conv_transpose"),
    "primary_capsules": ("capsule_routing",),
    "capsule_routing": ("capsule_length", "capsule_mask", "capsule_routing"),
    "capsule_length": ("output",),
    "capsule_mask": ("dense",),
    "affine_parameters": ("affine_sampler",),
    "affine_sampler": ("conv",),
}
"""What usually follows a layer of each group, most usual first, or of a kind that is special in its group.

Kinds with a rank are named without it.
"""

OTHER_WORDS = {
    "batchnorm": "bn normalisation normalization",
    "dense": "linear fully connected fc",
    "conv": "convolution filter",
    "maxpool": "pooling subsampling",
    "avgpool": "average mean pooling subsampling",
    "globalavgpool": "gap mean pooling",
    "add": "residual shortcut sum skip",
    "concat": "concatenate join merge",
    "dropout": "regularisation",
    "softmax": "probabilities output",
    "input": "image source data",
    "relu": "rectifier nonlinearity",
    "conv_transpose": "deconvolution upconvolution fractionally strided",
    "depthwise_conv": "separable per channel",
    "locally_connected": "unshared convolution",
    "fixed_filter": "sobel gradient gaussian laplacian sharpen edge blur kernel",
    "lppool": "norm lp pooling",
    "adaptive_avgpool": "mean pooling output size",
    "adaptive_maxpool": "pooling output size",
    "upsample": "upsampling resize enlarge interpolate bilinear unpool",
    "pad": "border zero reflect replicate mirror",
    "crop": "border cut",
    "reshape": "view unflatten",
    "mute_channels": "silence ablate zero lesion",
    "swap_channels": "exchange order",
    "permute": "transpose swap dimensions order",
    "lstm": "recurrent rnn long short-term memory peephole sequence gates",
    "conv_lstm": "recurrent rnn long short-term memory peephole video gates nowcasting",
    "time_distributed": "every step frame wrapper sequence video",
    "affine_parameters": "theta localisation localization stn identity",
    "affine_sampler": "grid sample stn warp rotate bilinear",
    "layer_norm": "ln normalisation normalization",
    "group_norm": "gn normalisation normalization",
    "instance_norm": "in normalisation normalization style",
    "local_response_norm": "lrn alexnet normalisation normalization",
    "elu": "exponential nonlinearity",
    "gelu": "gaussian smooth relu nonlinearity",
    "silu": "swish smooth relu nonlinearity",
    "softplus": "smooth relu nonlinearity",
    "gaussian_noise": "denoising random",
    "activity_penalty": "sparse l1 regularisation regularization",
    "contractive_penalty": "jacobian frobenius regularisation regularization",
    "embedding": "token word lookup table vocabulary",
    "subtract": "difference minus",
    "multiply": "product gate times",
    "average": "mean ensemble",
    "maximum": "max",
    "output": "loss target head answer cross entropy mse margin auxiliary",
    "primary_capsules": "capsnet squash",
    "capsule_routing": "capsnet dynamic agreement",
    "capsule_length": "capsnet norm probability",
    "capsule_mask": "capsnet decoder longest",
}


def family(kind: str) -> str:
    """Return a kind without its number of dimensions: conv2d is a conv."""
    return kind[:-2] if kind[-2:] in ("1d", "2d", "3d") else kind


def follows(layer: Layer) -> str:
    """Return under which name `FOLLOWS` knows what comes after a layer: that of its kind, else that of its group."""
    return family(layer.kind) if family(layer.kind) in FOLLOWS else layer.group


def fits(cls: type[Layer], shape: Shape | None) -> bool:
    """Say whether a layer kind takes this shape at all, its size apart; what is not known yet fits everything."""
    if shape is None or cls.most_inputs == 0:
        return True
    spatial = getattr(cls, "spatial", None)
    if spatial is not None:
        return len(shape) == spatial + 1
    known = cls.unlike_inputs
    tries = [(*known[:port], shape, *known[port + 1 :]) for port in range(len(known))]
    return any(_taken(cls, inputs) for inputs in tries or [(shape,) * max(cls.fewest_inputs, 1)])


def _taken(cls: type[Layer], inputs: tuple[Shape, ...]) -> bool:
    try:
        cls().out_shape(*inputs)
    except ShapeError:
        return False
    return True


def of_family(name: str, shape: Shape | None) -> type[Layer]:
    """Return the kind of a family ("conv", "maxpool", "dense") that takes this shape; for images where that is open."""
    members = [cls for kind, cls in LAYERS.items() if family(kind) == name]
    fitting = [cls for cls in members if fits(cls, shape)]
    images = [cls for cls in members if getattr(cls, "spatial", 2) == 2]
    return (images if shape is None else fitting or images)[0]


def ranked(query: str, group: str, shape: Shape | None) -> list[type[Layer]]:
    """Return the kinds that match what was typed: what usually follows `group` and fits `shape` comes first."""
    usual = FOLLOWS.get(group, ())
    order = list(LAYERS.values())

    def key(cls: type[Layer]) -> tuple[float, bool, int, int]:
        kind = family(cls.kind)
        place = usual.index(kind) if kind in usual else len(usual)
        return -match(query, cls), not fits(cls, shape), place, order.index(cls)

    return sorted((cls for cls in order if match(query, cls) > 0), key=key)


def match(query: str, cls: type[Layer]) -> int:
    """Return how well a kind answers a search: 3 its title starts so, 2 a word does, 1 it has the letters, 0 not."""
    wanted = query.strip().lower()
    if not wanted:
        return 1
    title = cls.title.lower()
    if title.startswith(wanted) or cls.kind.startswith(wanted.replace(" ", "")):
        return 3
    words = f"{title} {cls.group.lower()} {OTHER_WORDS.get(family(cls.kind), '')}".split()
    if any(word.startswith(wanted) for word in words) or wanted in " ".join(words):
        return 2
    return 1 if title[:1] == wanted[:1] and _in_order(wanted.replace(" ", ""), title) else 0


def grouped(query: str) -> dict[str, list[type[Layer]]]:
    """Return the matching kinds by group, in the order of the palette; groups without any are left out."""
    found = {
        group: [cls for cls in LAYERS.values() if cls.group == group and match(query, cls)]
        for group in GROUPS
    }
    return {group: members for group, members in found.items() if members}


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
