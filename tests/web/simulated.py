"""A month of a large bank as its agencies would send it: one table, most of it in order, a tenth of it not.

The simulator of ``examples/`` writes richer logs, with every fact recorded, and takes longer for them than the tests
have; ``benchmarks/report_page.py`` measures with those.
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

SEED: Final = 20251101
HEADER: Final = (
    "话单编号",
    "案件编号",
    "催收机构",
    "坐席工号",
    "催收方式",
    "呼叫方向",
    "联系人姓名",
    "与借款人关系",
    "电话号码",
    "联系时间",
    "通话时长(秒)",
    "通话结果",
    "转写文本",
    "内容信号",
)
LARGE: Final = [f"{place}信用管理有限公司" for place in "甲乙丙丁戊己庚辛壬癸子丑"]
SMALL: Final = [f"第{number}商务服务部" for number in range(1, 29)]
"""Agencies of a few contacts each: not to be ranked on chance."""
FAMILY_NAMES: Final = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
KIN: Final = ("父亲", "母亲", "朋友", "同事", "配偶")
WORDS: Final = (
    ("threat", "你今天不还钱，我就带人到你家里打断你的腿，你自己想清楚。"),
    ("abusive_language", "你这个人渣，欠钱不还还有脸接电话，赶紧想办法把钱凑齐还上。"),
    ("authority_impersonated", "我这里是公安局经侦大队，你的案子今天就立案，明天派车去接你。"),
)


def write_month(path: Path, contacts: int) -> None:
    """Write a log of exactly this many contacts of one November."""
    chance = random.Random(SEED)
    first = datetime(2025, 11, 1)  # noqa: DTZ001  # a log of local times, as agencies write them
    done = case = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        while done < contacts:
            case += 1
            rank = min(len(LARGE) - 1, int(chance.expovariate(0.25)))
            agency, late_share = (
                (chance.choice(SMALL), 0.08) if chance.random() < 0.004 else (LARGE[rank], 0.06 + 0.006 * rank)
            )
            name, number = chance.choice(FAMILY_NAMES) + "某某", f"165{case:08}"
            for moment in sorted(chance.random() for _ in range(min(contacts - done, chance.randint(4, 22)))):
                done += 1
                hour = chance.choice((7, 21, 22)) if chance.random() < late_share else chance.randint(8, 19)
                at = first + timedelta(days=int(30 * moment), hours=hour, seconds=chance.randrange(3600))
                sms, kin = chance.random() < 0.15, chance.random() < 0.02
                talk = 0 if sms or chance.random() < 0.6 else chance.randint(8, 240)
                signal, words = chance.choice(WORDS) if talk and chance.random() < 0.03 else ("", "")
                out.writerow(
                    (
                        f"M{done:07}",
                        f"C{case:06}",
                        agency,
                        f"Z{case % 900:03}",
                        "短信" if sms else "电话",
                        "呼出",
                        name,
                        chance.choice(KIN) if kin else "本人",
                        f"166{case:08}" if kin else number,
                        at.isoformat(" "),
                        "" if sms else talk,
                        "已送达" if sms else "已接通" if talk else "无人接听",
                        words,
                        signal,
                    )
                )
