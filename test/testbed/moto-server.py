"""moto whose queues answer one call at a time.

A receive of moto looks for what is visible and hides it in two steps, and two that come at once get
the same message. SQS gives it to one of them, and of a group of a FIFO queue nothing more meanwhile.
"""

import sys
import time
from threading import RLock

from moto.server import main
from moto.sqs.models import SQSBackend

one_at_a_time = RLock()


def locked(method):
    def call(*args, **kwargs):
        with one_at_a_time:
            return method(*args, **kwargs)

    return call


def waiting(receive):
    """Who waits for a message lets others send it."""

    def call(backend, queue_name, count, wait_seconds, *more):
        end = time.time() + wait_seconds
        while True:
            with one_at_a_time:
                messages = receive(backend, queue_name, count, 0, *more)
            if messages or time.time() >= end:
                return messages
            time.sleep(0.02)

    return call


SQSBackend.receive_message = waiting(SQSBackend.receive_message)
for name in ("delete_message", "change_message_visibility"):
    setattr(SQSBackend, name, locked(getattr(SQSBackend, name)))

main(sys.argv[1:])
