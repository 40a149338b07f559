"""What the pages about evidence say."""

from __future__ import annotations

from typing import Final

from api.languages import Words

ATTACH_HOW: Final = Words(
    "文件加密保存，记录其 SHA-256；删除该人员的数据后，文件也永久无法读取。",
    "The file is kept encrypted, and its SHA-256 is recorded. Once the person is erased nobody can read it any more.",
    "파일은 암호화하여 보관하고 SHA-256을 기록합니다. 개인정보를 삭제하면 파일도 다시 읽을 수 없습니다.",
)
FILE: Final = Words("文件（最大 20 MB）", "File (20 MB at most)", "파일(최대 20 MB)")
HASH_ONLY: Final = Words(
    "只记录 SHA-256，不保存文件",
    "Record the SHA-256 alone, without keeping the file",
    "파일을 보관하지 않고 SHA-256만 기록",
)
DIGEST: Final = Words("SHA-256（64 位十六进制）", "SHA-256 (64 hexadecimal digits)", "SHA-256(16진수 64자리)")
DIGEST_FAULT: Final = Words(
    "请填写 64 位十六进制数字。", "Give 64 hexadecimal digits.", "16진수 64자리를 입력해 주십시오."
)
COMPUTE: Final = Words("选择文件以计算", "Choose a file to compute it", "파일을 골라 계산")
COMPUTE_HOW: Final = Words(
    "在本机计算，不上传。", "Computed on this device, sent nowhere.", "이 기기에서 계산하며 전송하지 않습니다."
)
NEITHER: Final = Words(
    "请选择文件，或只填写其 SHA-256。",
    "Choose a file, or give its SHA-256 alone.",
    "파일을 선택하거나 SHA-256만 입력해 주십시오.",
)
EMPTY: Final = Words("文件是空的。", "The file is empty.", "파일이 비어 있습니다.")
DIFFERS: Final = Words("与所选文件不符。", "This is not that of the file chosen.", "선택한 파일의 값과 다릅니다.")
DOWNLOAD: Final = Words("下载", "Download", "내려받기")
NOT_KEPT: Final = Words(
    "仅记录哈希，未保存文件", "Only the hash is recorded; the file is not kept", "해시만 기록됨, 파일 보관 안 함"
)
ALTERED: Final = Words(
    "保存的文件已被改动或损坏，与记录的 SHA-256 不符，因此不提供。可重新上传原文件。",
    "The kept file was altered or damaged: it is not the one that was recorded, so it is not given out. "
    "Send the original again to mend it.",
    "보관된 파일이 변경되거나 손상되어 기록된 SHA-256과 다르므로 제공하지 않습니다. 원본을 다시 올리면 복구됩니다.",
)
