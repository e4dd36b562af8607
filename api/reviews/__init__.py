"""Reviews as documents: the queue, a case, what people do to it, replay, and how evenly they decide."""
