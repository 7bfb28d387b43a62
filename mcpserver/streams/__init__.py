"""Open event streams: how they are written, who keeps them, and how what happens elsewhere reaches them."""
