"""Words of many languages for: wrong, not run, cut off, send it again."""

from __future__ import annotations

import re

# Stems rather than words. With a stem too many, a result is mistaken for a refusal, and the rule
# accuses less often.
_STEMS = {
    "English": (
        r"\berror|exception|traceback|invalid|\bfail|refus|reject|abort|cancel|skipp|"
        r"discard|incomplete|unfinished|cut (off|short)|\b(was|were|is|been) cut|"
        r"truncat|malform|corrupt|unpars|could ?n[o']t|can(no|')t|unable|try again|"
        r"retry|again with|re-?(send|issue)|"
        r"not (been )?(execut|run|call|complet|process|perform|valid)|unexpected end|"
        r"unterminated|finish_reason|max(imum)?_(completion_)?tokens|"
        r"missing (a )?(required )?(arg|param|field)"
    ),
    "German": (
        r"fehler|ungültig|nicht (ausgeführt|aufgerufen|möglich|vollständig)|"
        r"abgeschnitten|abgebrochen|unvollständig|fehlgeschlagen|verworfen|gekürzt|"
        r"erneut|noch ?mal"
    ),
    "French": (
        r"erreur|invalide|incompl[eè]t|(non|pas été|pas) exécut|tronqu|coupé|échou|"
        r"échec|réessa|annul|rejet|à nouveau"
    ),
    "Spanish": (
        r"inválid|incomplet|no (se )?(ha |fue )?ejecut|truncad|cortad|fall[oóa]|"
        r"reintent|de nuevo|rechaz"
    ),
    "Portuguese": r"\berro\b|não (foi )?executad|falh[ao]|novamente|tente|rejeit",
    "Italian": (
        r"errore|non (valid|(è stat[ao] )?eseguit)|troncat|tagliat|interrott|fallit|"
        r"riprov|di nuovo"
    ),
    "Dutch": r"\bfout|ongeldig|niet uitgevoerd|afge(broken|kapt)|onvolledig|mislukt|opnieuw",
    "Scandinavian": (
        r"\b(fel|feil|fejl)\b|o?u?gyldig|ogiltig|"
        r"(inte|ikke|ej) (utför|utfør|udfør|kör|kjør|kør)|(av|af)br[ou]t|av?kort|"
        r"ofullständig|ufullstendig|ufuldstændig|misslyck|mislyk|\bigen\b"
    ),
    "Finnish": r"virhe|ei (suoritettu|ajettu)|katke|puutteelli|epäonnist|uudelleen",
    "Polish": (
        r"błąd|błęd|nieprawidłow|niekompletn|nie (został|wykonan)|uci[ęe]t|obci[ęe]t|"
        r"ponownie"
    ),
    "Czech": r"chyb[aněo]|neplatn|neúpln|neprove|přeruš|oříznut|znovu",
    "Hungarian": r"\bhib[aá]|érvénytelen|nem (hajt|fut|lett)|csonk|hiányos|sikertelen|újra",
    "Romanian": r"eroare|nu a fost executat|trunchiat|eșuat|din nou",
    "Turkish": r"\bhata|geçersiz|(çalıştırıl|yürütül)m|kesil|eksik|tekrar|başarısız",
    "Indonesian": (
        r"kesalahan|galat|tidak (valid|dijalankan|lengkap)|terpotong|gagal|ulangi|"
        r"coba lagi"
    ),
    "Vietnamese": r"lỗi|không hợp lệ|(chưa|không) (được )?thực|bị cắt|thất bại|thử lại",
    "Greek": r"σφάλμα|άκυρ|δεν εκτελ|περικομμέν|ελλιπ|απέτυχ|ξανά",
    "Russian": (
        r"ошибк|невер|недопустим|не (был|выполн)|обрезан|оборван|неполн|повтор|снова|"
        r"ещё раз"
    ),
    "Ukrainian": r"помилк|недійсн|не викон|обрізан|неповн|знову|ще раз",
    "Hebrew": r"שגיאה|לא (תקין|בוצע)|נקטע|נכשל|שוב",
    "Arabic": r"خطأ|غير (صالح|مكتمل)|لم (يتم|ينفذ|يُنفذ)|مقطوع|فشل|مرة أخرى|أعد",
    "Persian": r"خطا|نامعتبر|اجرا نشد|ناقص|دوباره",
    "Hindi": r"त्रुटि|अमान्य|नहीं|अधूर|विफल|असफल|फिर से|दोबारा|पुनः",
    "Thai": r"ข้อผิดพลาด|ไม่(ถูกต้อง|ได้|สมบูรณ์)|ถูกตัด|ล้มเหลว|อีกครั้ง",
    "Chinese": (
        r"[错錯][误誤]|[无無]效|未(能)?[执執运運调調]|[没沒]有[执執运運]|截[断斷]|"
        r"不完整|失[败敗]|重[试試新]|再次|取消|拒[绝絕]"
    ),
    "Japanese": (
        r"エラー|無効|実行(されま|されて|しま|でき)|未実行|途切れ|切り捨て|途中|不完全|"
        r"失敗|再試行|もう一度|再度|やり直"
    ),
    "Korean": r"오류|에러|잘못|유효하지|실행(되지|하지)|잘[렸린]|불완전|실패|다시|재시도",
}
SAYS_NO = re.compile("|".join(_STEMS.values()), re.IGNORECASE)
