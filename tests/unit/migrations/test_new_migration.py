import shutil
from pathlib import Path

import footfall_migrations
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from footfall_migrations.new import begin


@pytest.fixture
def scripts(tmp_path: Path) -> ScriptDirectory:
    """A copy of the migrations, so that a new one does not join the real ones."""
    source = Path(footfall_migrations.__path__[0])
    shutil.copytree(source, tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(tmp_path / "scripts"))
    return ScriptDirectory.from_config(config)


def test_a_new_migration_follows_the_newest(scripts: ScriptDirectory) -> None:
    newest = scripts.get_current_head()
    assert newest is not None

    path = begin("Keep opening hours", scripts)

    following = f"{int(newest) + 1:04d}"
    assert path.name == f"r{following}_keep_opening_hours.py"
    text = path.read_text()
    assert text.startswith('"""Keep opening hours"""')
    assert f"revision = '{following}'" in text
    assert f"down_revision = '{newest}'" in text


def test_a_migration_without_a_name_is_refused(scripts: ScriptDirectory) -> None:
    with pytest.raises(ValueError, match="what the migration does"):
        begin(" ... ", scripts)
