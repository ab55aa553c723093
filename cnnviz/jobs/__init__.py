"""Work beside the window: threads that run generators of events, and threads that answer questions."""

from cnnviz.jobs.asker import Asker
from cnnviz.jobs.job import Job
from cnnviz.jobs.mailbox import Mailbox
from cnnviz.jobs.onejob import OneJob

__all__ = ["Asker", "Job", "Mailbox", "OneJob"]
