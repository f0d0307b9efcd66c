"""The catalogue of stable codes: why a record became a dead letter, or a person waits for a human.

A code is part of the hub's interface: it stands in dead letters, reviews, counters and the runbook.
It is never renamed and never reused; new ones are added at the end. The texts never hold a value of
the record they are about.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Code(StrEnum):
    """Why something was rejected, held or sent to review."""

    SCHEMA_UNKNOWN = "SCHEMA_UNKNOWN"
    SCHEMA_MISMATCH = "SCHEMA_MISMATCH"
    FRAME_UNKNOWN = "FRAME_UNKNOWN"
    ENVELOPE_INVALID = "ENVELOPE_INVALID"
    FIELD_MISSING = "FIELD_MISSING"
    VALUE_INVALID = "VALUE_INVALID"
    DATE_INVALID = "DATE_INVALID"
    DATE_FUTURE = "DATE_FUTURE"
    ID_TRUNCATED = "ID_TRUNCATED"
    ID_DATE = "ID_DATE"
    ID_CHECK = "ID_CHECK"
    ID_FORMAT = "ID_FORMAT"
    ID_REPAIRABLE = "ID_REPAIRABLE"
    DOC_KIND_UNKNOWN = "DOC_KIND_UNKNOWN"
    NAME_LOSSY = "NAME_LOSSY"
    REGION_UNKNOWN = "REGION_UNKNOWN"
    REGION_AMBIGUOUS = "REGION_AMBIGUOUS"
    CONFLICT = "CONFLICT"
    ID_REUSED = "ID_REUSED"
    ALIAS_CONFLICT = "ALIAS_CONFLICT"
    ALIAS_OVERFLOW = "ALIAS_OVERFLOW"
    FACT_UNKNOWN = "FACT_UNKNOWN"
    RECORD_TOO_LARGE = "RECORD_TOO_LARGE"
    STAGE_FAILED = "STAGE_FAILED"
    PROHIBITION_UNREADABLE = "PROHIBITION_UNREADABLE"
    SENSITIVE_UNSURE = "SENSITIVE_UNSURE"
    DONOR_ALIVE = "DONOR_ALIVE"


class Text(NamedTuple):
    """What a code means and what to do about it, for a person to read."""

    en: str
    zh: str
    cure_en: str
    cure_zh: str


TEXTS: Final[dict[Code, Text]] = {
    Code.SCHEMA_UNKNOWN: Text(
        "The record's schema is not in the catalogue.",
        "记录所用的模式不在目录中。",
        "Add the schema to the catalogue (or its id to the registry mapping), then redrive.",
        "将该模式加入目录（或将其编号加入注册表映射），然后重新投递。",
    ),
    Code.SCHEMA_MISMATCH: Text(
        "The record cannot be read with the newest schema of its type.",
        "记录无法用该类型的最新模式读取。",
        "Ask the source to publish with a compatible schema, then redrive.",
        "请来源系统改用兼容的模式发布，然后重新投递。",
    ),
    Code.FRAME_UNKNOWN: Text(
        "The record's first bytes are no known framing.",
        "记录的起始字节不是已知的封装格式。",
        "Publish Avro single-object encoding, or configure the schema registry.",
        "请以 Avro 单对象编码发布，或配置模式注册表。",
    ),
    Code.ENVELOPE_INVALID: Text(
        "The envelope lacks a required attribute, or one contradicts the record.",
        "信封缺少必填属性，或与记录内容矛盾。",
        "The source must set id, source, type and time.",
        "来源系统须填写 id、source、type 和 time。",
    ),
    Code.FIELD_MISSING: Text(
        "A required field is empty.",
        "必填字段为空。",
        "Complete the field at the source and publish the event again.",
        "请在来源系统补全该字段并重新发布。",
    ),
    Code.VALUE_INVALID: Text(
        "A field holds a value outside its list or range.",
        "字段取值不在允许的列表或范围内。",
        "Correct the value at the source and publish the event again.",
        "请在来源系统更正取值并重新发布。",
    ),
    Code.DATE_INVALID: Text(
        "A date is in no known format, does not exist, or is implausible.",
        "日期格式未知、日期不存在或不合理。",
        "Publish dates as YYYY-MM-DD.",
        "日期请以 YYYY-MM-DD 格式发布。",
    ),
    Code.DATE_FUTURE: Text(
        "A date that must be past lies in the future.",
        "应为过去的日期却在未来。",
        "Check the source's clock and the entered date.",
        "请检查来源系统时钟与录入的日期。",
    ),
    Code.ID_TRUNCATED: Text(
        "The document number was turned into a floating-point number; its last digits are lost.",
        "证件号码被转换为浮点数，末几位已丢失。",
        "Format the spreadsheet column as text, enter the number again, publish again.",
        "请将表格列设为文本格式，重新录入号码后再发布。",
    ),
    Code.ID_DATE: Text(
        "The birth date inside the document number does not exist or lies in the future.",
        "证件号码中的出生日期不存在或在未来。",
        "Check the number against the document.",
        "请对照证件核对号码。",
    ),
    Code.ID_CHECK: Text(
        "The document number's check digit is wrong: at least one digit is mistyped.",
        "证件号码校验码不符：至少有一位数字有误。",
        "Check the number against the document; do not guess the digit.",
        "请对照证件核对号码，不要猜测数字。",
    ),
    Code.ID_FORMAT: Text(
        "The document number has the wrong length or characters for its kind.",
        "证件号码的长度或字符与证件种类不符。",
        "Check the kind of document and the number.",
        "请核对证件种类与号码。",
    ),
    Code.ID_REPAIRABLE: Text(
        "The document number becomes valid when look-alike letters are read as digits.",
        "将形近字母视作数字后，证件号码即有效。",
        "Confirm the repaired number against the document, then publish it again.",
        "请对照证件确认修复后的号码，然后重新发布。",
    ),
    Code.DOC_KIND_UNKNOWN: Text(
        "The kind of document is not known.",
        "证件种类未知。",
        "Use one of the kinds of the event reference.",
        "请使用事件参考中列出的证件种类。",
    ),
    Code.NAME_LOSSY: Text(
        "The name has lost a character on its way (a question mark or a replacement sign).",
        "姓名在传输中丢失了字符（出现问号或替换符）。",
        "Let the source publish UTF-8 or GB18030, and enter the name again.",
        "请来源系统以 UTF-8 或 GB18030 发布，并重新录入姓名。",
    ),
    Code.REGION_UNKNOWN: Text(
        "The region code is in no edition known here.",
        "区划代码不在任何已知版本中。",
        "Correct the code, or publish the change of region codes.",
        "请更正代码，或发布区划代码变更。",
    ),
    Code.REGION_AMBIGUOUS: Text(
        "The region was divided, or its name is borne by several: the township is needed.",
        "该区划已拆分，或有多处同名：需要提供乡镇（街道）。",
        "Add the township's name or its nine-digit code.",
        "请补充乡镇（街道）名称或九位代码。",
    ),
    Code.CONFLICT: Text(
        "Declared birth date or sex contradicts the document number.",
        "申报的出生日期或性别与证件号码矛盾。",
        "Check both against the document and publish a correction.",
        "请对照证件核对两者并发布更正。",
    ),
    Code.ID_REUSED: Text(
        "One document number came with different names.",
        "同一证件号码对应不同姓名。",
        "Find out whose number it is; publish an identity correction.",
        "请查明号码归属，并发布身份更正。",
    ),
    Code.ALIAS_CONFLICT: Text(
        "One key of a source system is bound to two persons.",
        "来源系统的同一标识绑定到了两个人。",
        "Find out whose key it is; publish an identity correction.",
        "请查明标识归属，并发布身份更正。",
    ),
    Code.ALIAS_OVERFLOW: Text(
        "Too many facts wait for one key whose person is not known.",
        "等待同一未知标识的事实过多。",
        "Publish the event that binds the key to a person, then redrive.",
        "请发布将该标识绑定到个人的事件，然后重新投递。",
    ),
    Code.FACT_UNKNOWN: Text(
        "A fact is not in the fact catalogue.",
        "事实不在事实目录中。",
        "Run the same version of the hub everywhere, then redrive.",
        "请在各处运行同一版本的枢纽，然后重新投递。",
    ),
    Code.RECORD_TOO_LARGE: Text(
        "The record is larger than the limit.",
        "记录超过大小上限。",
        "Publish it without attachments, or in parts.",
        "请去除附件或拆分后发布。",
    ),
    Code.STAGE_FAILED: Text(
        "The hub failed on this record.",
        "枢纽处理该记录时出错。",
        "This is a defect of the hub: report it with the position of the record, redrive after the fix.",
        "这是枢纽的缺陷：请连同记录位置上报，修复后重新投递。",
    ),
    Code.PROHIBITION_UNREADABLE: Text(
        "A withdrawal, death or refusal does not say readably whom it is about; its source is stopped.",
        "撤回、死亡或拒绝事件无法辨认所指何人；该来源已停止。",
        "Read the event at the source, apply it by hand, then skip it here.",
        "请在来源系统查看该事件，人工处理后在此跳过。",
    ),
    Code.SENSITIVE_UNSURE: Text(
        "A sensitive event names nobody for sure, and is never put aside to look for somebody.",
        "敏感事件未能确定当事人；此类事件不作留置，也不作身份推断。",
        "Complete or correct the document at the source and publish the event again.",
        "请在来源系统补全或更正证件信息并重新发布。",
    ),
    Code.DONOR_ALIVE: Text(
        "An organ donor's family contact is said to be the donor: the donor lives, or the record is wrong.",
        "器官捐献者家属联系事件的当事人被标为捐献者本人：捐献者在世，或记录有误。",
        "Check at the source whose record it is, and publish the relative's.",
        "请在来源系统核对记录归属，并发布亲属本人的记录。",
    ),
}
"""The texts of every code; a test guards that none is missing."""
