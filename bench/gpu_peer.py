"""PyTorch's own speed on the card, as the limit that the features service is held against.

    python bench/gpu_peer.py

A ViT-S/16 in bfloat16 with PyTorch's fused attention at 480x880: frames per second on the card alone, and with uint8 frames
in and binary16 rows out through pinned memory.
"""

from __future__ import annotations

import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEIGHT, WIDTH, PATCH, DIM, HEADS, DEPTH = 480, 880, 16, 384, 6, 12
SECONDS = 1.0


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(DIM), nn.LayerNorm(DIM)
        self.qkv, self.proj = nn.Linear(DIM, 3 * DIM), nn.Linear(DIM, DIM)
        self.fc1, self.fc2 = nn.Linear(DIM, 4 * DIM), nn.Linear(4 * DIM, DIM)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, HEADS, DIM // HEADS).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, DIM)
        x = x + self.proj(mixed)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, DIM, PATCH, PATCH)
        self.blocks = nn.Sequential(*(Block() for _ in range(DEPTH)))
        self.norm = nn.LayerNorm(DIM)

    def forward(self, frames: Tensor) -> Tensor:
        image = (frames.permute(0, 3, 1, 2).to(torch.bfloat16) / 255 - 0.45) / 0.225
        tokens = self.embed(image).flatten(2).transpose(1, 2)
        return F.normalize(self.norm(self.blocks(tokens)).float(), dim=-1).half()


@torch.no_grad()
def main() -> None:
    encoder = Encoder().cuda().bfloat16()
    for batch in (1, 8, 16):
        frames = torch.randint(0, 255, (batch, HEIGHT, WIDTH, 3), dtype=torch.uint8).pin_memory()
        rows = torch.empty(batch, HEIGHT * WIDTH // PATCH**2, DIM, dtype=torch.half).pin_memory()
        on_card = frames.cuda()
        for _ in range(3):
            encoder(on_card)
        alone = rate(lambda: encoder(on_card), batch)
        whole = rate(lambda: rows.copy_(encoder(frames.cuda(non_blocking=True)), non_blocking=True), batch)
        print(f"PyTorch bfloat16 ViT-S/16 {HEIGHT}x{WIDTH} batch {batch}: {alone:.0f} frames/s, {whole:.0f} with copies")


def rate(run: object, frames: int) -> float:
    torch.cuda.synchronize()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        run()  # type: ignore[operator]
        torch.cuda.synchronize()
        done += frames
    return done / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
