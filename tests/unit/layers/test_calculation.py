from cnnviz.layers import BatchNorm, Conv1d, Conv2d, Dense, Flatten, MaxPool2d, ReLU


def test_a_convolution_shows_its_size_and_its_parameters() -> None:
    size, weights = Conv2d(32, (3, 3), (2, 2), (1, 1)).calculations((16, 14, 14))
    assert size.rule == "out = ⌊(n + 2p − k) / s⌋ + 1"
    assert size.worked == "⌊(14 + 2·1 − 3) / 2⌋ + 1 = 7"
    assert weights.worked == "3·3·16·32 + 32 = 4,640"


def test_dimensions_that_differ_are_told_one_by_one() -> None:
    first, second, _ = Conv2d(4).calculations((1, 14, 9))
    assert (first.worked[-2:], second.worked[-2:]) == ("12", " 7")


def test_padding_on_one_side_and_dilation_have_rules_of_their_own() -> None:
    uneven = MaxPool2d(padding="same").calculations((1, 7, 7))[0]
    assert uneven.worked == "⌊(7 + 0 + 1 − 2) / 2⌋ + 1 = 4"
    wide = Conv1d(4, dilation=(2,), padding=(2,)).calculations((1, 10))[0]
    assert wide.worked == "⌊(10 + 2·2 − 2·(3 − 1) − 1) / 1⌋ + 1 = 10"


def test_every_result_is_what_the_layer_says() -> None:
    assert Dense(120).calculations((400,))[0].worked == "400·120 + 120 = 48,120"
    assert Dense(10, bias=False).calculations((84,))[0].worked == "84·10 = 840"
    assert Flatten().calculations((16, 5, 5))[0].worked == "16·5·5 = 400"
    assert BatchNorm().calculations((8, 2, 2))[0].worked == "8 + 8 = 16"
    assert ReLU().calculations((8, 2, 2)) == ()


def test_pieces_name_the_options_that_they_come_from() -> None:
    pieces = {name: text for text, name in Conv2d(8).calculations((1, 28, 28))[0].pieces if name}
    assert pieces == {"input": "28", "padding": "0", "kernel_size": "3", "stride": "1", "result": "26"}
