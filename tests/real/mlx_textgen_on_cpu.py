"""mlx_textgen's own command line on a machine without Metal.

It asks the GPU for one figure, which is given here, and generates on a worker thread, which MLX's CPU streams do not allow:
everything runs on one thread. What it says over HTTP is its own.
"""
import asyncio

import mlx.core

FIGURES = {"max_recommended_working_set_size": 4 << 30, "device_name": "cpu"}


async def on_this_thread(function, *args, **kwargs):
    return function(*args, **kwargs)


mlx.core.device_info = lambda *_: FIGURES
mlx.core.metal.device_info = lambda: FIGURES
mlx.core.set_wired_limit = lambda _: 0
asyncio.to_thread = on_this_thread

from mlx_textgen.cli import main  # noqa: E402  (it must find what is set above)

if __name__ == "__main__":
    main()
