"""DINOv2, DINOv2 with registers and DINOv3 under the names of the transformers library, renamed as in their projects.

Layouts: huggingface/transformers modeling_dinov2.py, modeling_dinov2_with_registers.py, modeling_dinov3_vit.py. Files
keep the names of the library's first version of a model; newer versions rename in memory (`attention.q_proj` for
`attention.attention.query`, `model.layer` for `layer`), and such state dicts are read too.
"""

from __future__ import annotations

import re

from torch import Tensor

from propago_trainer.importers.checkpoint import Tensors

#: In every file of the layout and in no other: the patch projection under this name.
ANCHOR = re.compile(r"(?:^|\.)embeddings\.patch_embeddings\.(?:projection\.)?weight$")

#: Applied in this order to every name.
RENAMINGS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\bembeddings\.patch_embeddings\.(?:projection\.)?(?=weight$|bias$)", "patch_embed.proj."),
        (r"\bembeddings\.position_embeddings$", "pos_embed"),
        (r"\bembeddings\.(?=(?:cls_token|mask_token|register_tokens)$)", ""),
        (r"\b(?:encoder\.|model\.)?layer\.(?=\d+\.)", "blocks."),
        (r"\battention\.(?:attention\.)?(?:query|q_proj)\.", "attn.q."),
        (r"\battention\.(?:attention\.)?(?:key|k_proj)\.", "attn.k."),
        (r"\battention\.(?:attention\.)?(?:value|v_proj)\.", "attn.v."),
        (r"\battention\.(?:output\.dense|o_proj)\.", "attn.proj."),
        (r"\blayer_scale(\d)\.lambda1$", r"ls\1.gamma"),
        (r"\bmlp\.weights_in\.", "mlp.w12."),
        (r"\bmlp\.weights_out\.", "mlp.w3."),
        (r"\blayernorm\.(?=weight$|bias$)", "norm."),
    )
)
#: What `up_proj` and `down_proj` are depends on whether a gate stands beside them.
GATED = (("mlp.gate_proj.", "mlp.w1."), ("mlp.up_proj.", "mlp.w2."), ("mlp.down_proj.", "mlp.w3."))
PLAIN = (("mlp.up_proj.", "mlp.fc1."), ("mlp.down_proj.", "mlp.fc2."))


def is_hugging_face(tensors: Tensors) -> bool:
    """Whether a file has the library's names."""
    return any(ANCHOR.search(name) for name in tensors)


def own_names(tensors: Tensors) -> Tensors:
    """Weights of DINOv2 or DINOv3 under their projects' names; other files are given back as they are."""
    if not is_hugging_face(tensors):
        return tensors
    rotary = not any(name.endswith("embeddings.position_embeddings") for name in tensors)
    feed_forward = GATED if any(".mlp.gate_proj." in name for name in tensors) else PLAIN
    renamed: dict[str, Tensor] = {}
    for given, value in tensors.items():
        name = given
        for pattern, replacement in RENAMINGS:
            name = pattern.sub(replacement, name)
        for part, replacement in feed_forward:
            name = name.replace(part, replacement)
        if rotary:
            name = name.replace("register_tokens", "storage_tokens")
        renamed[name] = value
    return renamed
