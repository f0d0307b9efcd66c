"""The hub's settings: read once from the environment, checked, then frozen.

Every setting is an environment variable ``HUB_<NAME>``; units are part of the name (``_s`` seconds,
``_days``, ``_bytes``). ``HUB_KAFKA_<PROPERTY>`` passes any librdkafka property through, underscores
becoming dots: ``HUB_KAFKA_SASL_USERNAME`` is ``sasl.username``. A variable that starts with ``HUB_``
and is no setting is an error with the nearest right name, because a typing mistake must not quietly
leave a default in force. ``docs/reference/settings.md`` is generated from this module.
"""

from __future__ import annotations

import difflib
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from hub.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("CipherSuite", "Clock", "Compression", "Settings", "load")

PREFIX: Final = "HUB_"
KAFKA_PREFIX: Final = "HUB_KAFKA_"
NOT_SETTINGS: Final = frozenset({"HUB_FAILPOINT"})
"""Variables with our prefix that are no settings: the fault tests' kill points."""
_KUBERNETES: Final = re.compile(r"_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_\w+)?)?$")
"""What Kubernetes puts into every container for a service called hub-something: not ours, no mistake."""


class CipherSuite(StrEnum):
    """Which algorithms protect personal data."""

    SM = "sm"  #: SM3 and SM4-GCM, the national algorithms (商用密码)
    INTL = "intl"  #: SHA-256 and AES-GCM


class Clock(StrEnum):
    """Where ``now`` comes from."""

    WALL = "wall"  #: the machine's clock, read once per transaction
    TICKS = "ticks"  #: the newest record of hub.ticks: simulations and replays


class Compression(StrEnum):
    """How producers compress."""

    NONE = "none"
    LZ4 = "lz4"
    ZSTD = "zstd"
    SNAPPY = "snappy"


def _is(en: str, zh: str, shown: str = "", **limits: Any) -> Any:
    """Describe a setting in both languages, with pydantic's limits; ``shown`` is its default in words."""
    return Field(description=en, json_schema_extra={"zh": zh, "shown": shown}, **limits)


class _KafkaSource(PydanticBaseSettingsSource):
    """Gathers ``HUB_KAFKA_<PROPERTY>`` variables into the setting ``kafka``."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Satisfy the base class: this source works on all variables at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return ``{"kafka": {property: value}}``, or nothing when no such variable is set."""
        found = {
            name[len(KAFKA_PREFIX) :].lower().replace("_", "."): value
            for name, value in os.environ.items()
            if name.startswith(KAFKA_PREFIX) and not _KUBERNETES.search(name)
        }
        return {"kafka": found} if found else {}


class Settings(BaseSettings):
    """All settings, frozen. ``Settings()`` reads the environment; prefer :func:`load` at the edges."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    # --- Kafka
    bootstrap_servers: Annotated[
        str,
        _is(
            "Kafka brokers, host:port, comma-separated",
            "Kafka 地址，逗号分隔",
            pattern=r"^[^\s,]+:\d+(,[^\s,]+:\d+)*$",
        ),
    ] = "localhost:9092"
    kafka: Annotated[
        dict[str, SecretStr],
        NoDecode,
        _is(
            "librdkafka properties, one variable HUB_KAFKA_<PROPERTY> each: SASL, TLS, …",
            "透传的 librdkafka 参数（SASL、TLS 等）",
        ),
    ] = Field(default_factory=dict)
    group: Annotated[
        str,
        _is(
            "consumer group; also the stem of member and transactional ids",
            "消费组",
            pattern=r"^[A-Za-z0-9._-]{1,100}$",
        ),
    ] = "hub"
    partitions: Annotated[
        int,
        _is(
            "lanes, that is partitions of facts, identity and state topics; fixed at birth",
            "通道数，即事实、身份与状态主题的分区数，建成后不可更改",
            ge=1,
            le=4096,
        ),
    ] = 32
    first_slot: Annotated[
        int,
        _is(
            "number of the first worker of this machine; a second machine of the group goes on at the next",
            "本机首个工作进程的工位号；同组的另一台机器从下一个号开始",
            ge=0,
            le=4095,
        ),
    ] = 0
    replication_factor: Annotated[
        int | None,
        _is(
            "copies of each partition; unset = 3, or as many as there are brokers",
            "副本数，缺省 3（或全部节点数）",
            ge=1,
            le=9,
        ),
    ] = None
    compression: Annotated[Compression, _is("compression of what the hub produces", "生产端压缩算法")] = (
        Compression.LZ4
    )
    schema_registry_file: Annotated[
        Path | None,
        _is(
            "JSON file {id: schema} of a schema registry: accepts Confluent framing",
            "模式注册表导出文件，启用 Confluent 封装",
        ),
    ] = None

    # --- the worker's cycle
    batch_records: Annotated[
        int, _is("records per transaction, at most", "每个事务最多处理的记录数", ge=1, le=100_000)
    ] = 8000
    batch_wait_s: Annotated[
        float, _is("wait for records before a cycle goes on without", "等待记录的最长时间", gt=0, le=5)
    ] = 0.05
    commit_interval_s: Annotated[
        float, _is("a transaction is committed at the latest after this", "事务最长提交间隔", gt=0, le=5)
    ] = 0.1
    flush_interval_s: Annotated[
        float, _is("changed counters are published this often", "计数器发布间隔", gt=0, le=60)
    ] = 0.5
    clock: Annotated[Clock, _is("wall, or ticks for simulated time", "时钟来源：墙上时钟或模拟时刻")] = (
        Clock.WALL
    )
    session_timeout_s: Annotated[
        float, _is("a silent worker loses its partitions after this", "成员会话超时", ge=1, le=300)
    ] = 10.0
    partition_check_s: Annotated[
        float,
        _is(
            "partitions added to an upstream topic are taken up after this, at the latest",
            "上游主题新增分区的检查间隔",
            gt=0,
            le=3600,
        ),
    ] = 30.0
    position_renewal_s: Annotated[
        float,
        _is(
            "positions are committed again after this: far below the brokers' offsets.retention.minutes",
            "位移重新提交间隔，须远小于 Kafka 的 offsets.retention.minutes",
            gt=0,
            le=86_400,
        ),
    ] = 21_600.0
    transaction_timeout_s: Annotated[
        float,
        _is(
            "a dead worker's transaction is aborted after this; pins readers meanwhile",
            "事务超时，不超过 10 秒",
            ge=1,
            le=10,
        ),
    ] = 10.0
    stop_timeout_s: Annotated[
        float, _is("a graceful stop may take this long", "优雅停机时限", gt=0, le=120)
    ] = 10.0
    retry_limit: Annotated[
        int, _is("tries of a cycle before the worker restarts clean", "重试次数上限", ge=0, le=100)
    ] = 8
    retry_backoff_s: Annotated[
        float, _is("first pause between tries; doubles each time", "首次重试间隔，逐次加倍", gt=0, le=60)
    ] = 0.2
    stall_after_s: Annotated[
        float,
        _is(
            "not alive when there is lag and no commit for this long",
            "有积压却未提交多久即视为停滞",
            ge=1,
            le=3600,
        ),
    ] = 60.0
    dead_letter_limit: Annotated[
        int, _is("dead letters per window before the worker stops", "时间窗内死信上限，超过即停", ge=1)
    ] = 1000
    dead_letter_window_s: Annotated[float, _is("length of that window", "死信时间窗", gt=0)] = 60.0
    statistics_interval_s: Annotated[
        float,
        _is(
            "changed totals and figures are published this often",
            "汇总与统计数的发布间隔",
            gt=0,
            le=60,
        ),
    ] = 0.3
    targets_file: Annotated[
        Path | None,
        _is(
            "the plan that figures are held against, YAML; unset = the packaged one",
            "规划目标文件（YAML），缺省为内置规划",
        ),
    ] = None
    sweep_records: Annotated[
        int,
        _is("persons re-evaluated per cycle in a sweep, at most", "每周期重评人数上限", ge=1, le=100_000),
    ] = 500
    sweep_patience_s: Annotated[
        float,
        _is(
            "a sweep yields while live records are older than this when they are taken up",
            "实时记录被取用时已滞留超过此时长，则重评让步",
            gt=0,
            le=60,
        ),
    ] = 0.3

    # --- files
    state_dir: Annotated[
        Path, _is("the workers' stores; can be rebuilt from Kafka", "本地状态目录（可由 Kafka 重建）")
    ] = Path(".hub/state")
    key_dir: Annotated[
        Path, _is("the key ring; back it up, it cannot be rebuilt", "密钥目录（须备份，不可重建）")
    ] = Path(".hub/keys")
    store_cache_bytes: Annotated[
        int, _is("block cache shared by all stores of a worker", "存储块缓存", ge=1 << 20)
    ] = 64 << 20

    # --- privacy and the domain
    cipher_suite: Annotated[CipherSuite, _is("sm = SM3/SM4, intl = SHA-256/AES", "密码套件：国密或国际")] = (
        CipherSuite.SM
    )
    recovery_horizon_days: Annotated[
        int,
        _is("how long facts and events stay replayable", "可恢复期：事实与事件的保留天数", ge=1, le=36_500),
    ] = 400
    valid_months: Annotated[
        dict[str, int],
        _is(
            "months a certificate is valid when it does not say, per kind, as JSON",
            "证书未注明有效期时的月数（按类别，JSON）",
        ),
    ] = Field(default_factory=lambda: {"first_aider": 36, "cpr_aed": 36, "trainer": 36})
    organ_quiet_days: Annotated[
        int,
        _is(
            "quiet period for an organ donor's family when the event names none",
            "事件未注明时，器官捐献者家属的静默期（天）",
            ge=0,
            le=3660,
        ),
    ] = 180

    erasure_tombstone_days: Annotated[
        int,
        _is(
            "an invitation or task that an erasure withdrew is tombstoned so many days later",
            "删除个人信息所撤回的邀请与任务，其记录于多少天后清除",
            ge=1,
            le=366,
        ),
    ] = 30

    # --- operations
    metrics_host: Annotated[str, _is("address of /metrics, /livez, /readyz", "监控端口监听地址")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        int, _is("port of the same; 0 = any free one", "监控端口，0 表示任选", ge=0, le=65_535)
    ] = 9464
    lookout_interval_s: Annotated[
        float,
        _is(
            "between two looks of the supervisor at broker, lag, sources and disk",
            "主管进程查看 Kafka、积压、来源与磁盘的间隔",
            gt=0,
            le=300,
        ),
    ] = 10.0
    statistics_port: Annotated[
        int,
        _is(
            "port of the same of `hub statistics run`; 0 = any free one",
            "统计进程的监控端口，0 表示任选",
            ge=0,
            le=65_535,
        ),
    ] = 9465
    http_host: Annotated[
        str,
        _is(
            "address of `hub statistics serve`; without tokens only a loopback one",
            "统计接口监听地址；未设令牌时仅限本机",
        ),
    ] = "127.0.0.1"
    http_port: Annotated[
        int, _is("port of the same; 0 = any free one", "统计接口端口，0 表示任选", ge=0, le=65_535)
    ] = 9480
    http_tokens: Annotated[
        dict[str, Literal["internal", "outside"]],
        _is(
            "who may read the statistics, as JSON: SHA-256 of a bearer token, in hex: internal or outside",
            "统计接口的访问令牌（JSON）：令牌的 SHA-256（十六进制）: internal 内部或 outside 对外",
            "{}",
        ),
    ] = Field(default_factory=dict)
    http_queue: Annotated[
        int,
        _is(
            "events a stream's client may be behind before it is dropped",
            "事件流客户端可积压的事件数，超过即断开",
            ge=1,
            le=1_000_000,
        ),
    ] = 2000
    http_streams: Annotated[
        int, _is("streams open at the same time, at most", "同时打开的事件流上限", ge=1, le=100_000)
    ] = 200
    http_heartbeat_s: Annotated[
        float, _is("a quiet stream says that it lives this often", "事件流心跳间隔", gt=0, le=600)
    ] = 15.0
    log_level: Annotated[
        str, _is("DEBUG, INFO, WARNING or ERROR", "日志级别", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    ] = "INFO"
    broker_dir: Annotated[Path, _is("data of the embedded broker", "内嵌 Kafka 的数据目录")] = Path(
        ".hub/broker"
    )
    cache_dir: Annotated[
        Path, _is("downloads shared between runs", "下载缓存目录", "~/.cache/redcross-hub")
    ] = Field(
        default_factory=lambda: (
            Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "redcross-hub"
        )
    )
    maven_url: Annotated[
        str | None,
        _is(
            "a mirror to fetch the embedded broker's jars from; unset = the public one that jgo knows",
            "内嵌 Kafka 依赖包的镜像地址;缺省为公共 Maven 仓库",
            pattern="^(https?|file)://",
        ),
    ] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments first, then the Kafka pass-through, then plain variables; no files."""
        return init_settings, _KafkaSource(settings_cls), env_settings


def load(**overrides: Any) -> Settings:
    """Read the settings from the environment; keyword arguments that are not None win.

    Raises ConfigurationError, naming every wrong variable at once and never showing a value.
    """
    _refuse_unknown(os.environ)
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problems = [f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise ConfigurationError(
            "\n".join(problems),
            "the environment",
            "correct it; docs/reference/settings.md lists every setting",
        ) from None
    except ValueError as error:  # pydantic-settings: a variable that should hold JSON does not
        raise ConfigurationError(str(error), "the environment", "give it as JSON") from None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    """Raise ConfigurationError when a variable with our prefix is no setting."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} - {"HUB_KAFKA"} | NOT_SETTINGS
    unknown = [
        name
        for name in environ
        if name.startswith(PREFIX)
        and name not in known
        and (not name.startswith(KAFKA_PREFIX) or name == KAFKA_PREFIX)
        and not _KUBERNETES.search(name)
    ]
    if unknown:
        lines = []
        for name in sorted(unknown):
            near = difflib.get_close_matches(name, sorted(known), n=1)
            lines.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))
        raise ConfigurationError(
            "\n".join(lines),
            "the environment",
            "correct or unset it; docs/reference/settings.md lists every setting",
        )
