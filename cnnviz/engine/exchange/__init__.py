"""Networks of other programs: reading and writing their files. Nothing that is opened here is executed."""
