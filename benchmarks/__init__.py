"""The measured claims of cnnviz, each beside its rival: `python -m benchmarks` or `make bench`. Never a timed test.

Rivals run in the same minutes, in turns of a second, so that whatever else the machine does weighs on both sides;
what is compared is the median over many rounds of the ratio within a round.
"""
