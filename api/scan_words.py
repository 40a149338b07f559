"""The sentences of the page that scans, each in every language. What its script says stands in `scanning.json`."""

from __future__ import annotations

from typing import Final

from api.languages import Words

TITLE: Final = Words("扫描或选取文件核验", "Scan or pick a file", "스캔 또는 파일로 확인")
PRIVATE: Final = Words(
    "证明和文件都在本机核验，不会上传；只有本站的链接码会打开其核验网页。本站从不要求登录或付款。",
    "Proofs and files are checked in this browser and uploaded nowhere; only a link code of this site opens its page. "
    "This site never asks anybody to log in or to pay.",
    "증명과 파일은 이 브라우저 안에서 확인하며 업로드하지 않습니다. 이 사이트의 링크 코드만 해당 확인 페이지를 엽니다. "
    "이 사이트는 로그인이나 결제를 요구하지 않습니다.",
)
NEEDS_SCRIPT: Final = Words(
    "本页用摄像头和文件核验，需要 JavaScript。没有 JavaScript 也可以核验：",
    "Checking with camera and files needs JavaScript. Without it there are these ways:",
    "카메라와 파일로 확인하려면 JavaScript가 필요합니다. JavaScript 없이도 다음 방법으로 확인할 수 있습니다.",
)
PHONE_CAMERA: Final = Words(
    "打开手机自带的相机，对准证书左侧的二维码，点按出现的网址；先确认其域名为",
    "Open your phone's own camera, point it at the code on the left of the paper and tap the address that appears, "
    "once you have seen that its domain is",
    "휴대전화의 기본 카메라를 증명서 왼쪽의 QR 코드에 대고 나타나는 주소를 누르십시오. 그 전에 도메인이 다음과 같은지 "
    "확인하십시오:",
)
TYPE_NUMBER: Final = Words("输入证书编号和姓名", "Type the number and the name", "증명서 번호와 성명 입력")

CAMERA: Final = Words("用摄像头扫描", "Scan with the camera", "카메라로 스캔")
CAMERA_HOW: Final = Words(
    "左侧的链接码打开核验网页；右侧的证明码在本机核验，断网也可以。",
    "The link code on the left opens its page; the proof code on the right is checked here, without a connection too.",
    "왼쪽의 링크 코드는 확인 페이지를 열고, 오른쪽의 증명 코드는 네트워크 없이도 여기서 확인합니다.",
)
START: Final = Words("打开摄像头", "Start the camera", "카메라 켜기")
STOP: Final = Words("关闭摄像头", "Stop the camera", "카메라 끄기")
TORCH: Final = Words("补光灯", "Light", "조명")
VIEW: Final = Words("摄像头画面", "What the camera sees", "카메라 화면")

FILES: Final = Words("选取文件", "Pick files", "파일 선택")
FILES_HOW: Final = Words(
    "证书 PDF、照片或扫描图片，可一次选取多个，也可拖放到此处。",
    "PDF certificates, photos or pictures, several at once if you like; or drop them here.",
    "증명서 PDF, 사진 또는 이미지를 한 번에 여러 개 선택하거나 여기에 끌어다 놓을 수 있습니다.",
)
PICK: Final = Words("选取 PDF 或照片", "Pick PDFs or photos", "PDF 또는 사진 선택")

PASTE: Final = Words("粘贴网址或编号", "Paste an address or a number", "주소 또는 번호 붙여 넣기")
PASTE_LABEL: Final = Words(
    "二维码中的网址，或证书编号",
    "The address in a code, or a certificate number",
    "QR 코드에 든 주소 또는 증명서 번호",
)
CHECK: Final = Words("核验", "Check", "확인")
RESULTS: Final = Words("核验结果", "Results", "확인 결과")

APP_SHORT: Final = Words("证书核验", "Certificates", "증명서 확인")
"""Below the icon on a phone's home screen."""

OFFLINE_TITLE: Final = Words("没有网络", "No connection", "네트워크 연결 없음")
OFFLINE_WHAT: Final = Words(
    "未能核验：打开此网页需要网络。这不说明证书真，也不说明它假。",
    "Could not be checked: this page needs a connection. That says nothing for the certificate and nothing against it.",
    "확인하지 못했습니다. 이 페이지를 열려면 네트워크가 필요합니다. 진본이라는 뜻도, 위조라는 뜻도 아닙니다.",
)
OFFLINE_HOW: Final = Words(
    "没有网络时，请在扫描页面扫描证书右侧的证明码，或选取证书的 PDF：",
    "Without one, scan the proof code on the right of the paper, or pick its PDF, on this page:",
    "네트워크가 없을 때는 다음 페이지에서 증명서 오른쪽의 증명 코드를 스캔하거나 증명서 PDF를 선택하십시오:",
)
