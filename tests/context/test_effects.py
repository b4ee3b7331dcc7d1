"""What lines do, told by their syntax."""

from __future__ import annotations

import pytest

from linnet_context.effects import Effects, effects, statement

PYTHON = """\
import os

LIMIT = os.environ.get("LIMIT")

def load(self, path, item):
    global LIMIT
    try:
        self.text = open(path).read()
        item[0] += 1
        local = 1
        self.a, self.b = 1, 2
        formatter.write_text("x")
        (folder / "x").mkdir()
        self.path.write_text("x")
        os.path.join("a", "b")
    except (OSError, ValueError) as error:
        raise errors.Failed("no") from error
    except:
        raise
    raise problem
"""
GO = """\
package p

func Load(s *Store, name string) error {
	defer func() { recover() }()
	data, err := os.ReadFile(name)
	s.data = data
	s.count++
	fmt.Println(name)
	if err != nil {
		return fmt.Errorf("größe: %w", err)
	}
	if name == "" {
		return ErrEmpty
	}
	panic("x")
}
"""
TYPESCRIPT = """\
async function load(url: string) {
  try {
    this.reply = await fetch(url);
    document.title = "x";
  } catch (problem) {
    throw new errors.LoadError("größe");
  }
  console.log(local = 1);
}
"""
JAVA = """\
class A {
  void f() {
    try { this.x = System.out.println("x"); } catch (IOException | Failed e) { throw new Error(e); }
  }
}
"""
RUST = 'fn f(s: &mut S) { s.x = 1; println!("x"); if bad { return Err(e); } panic!("y") }\n'
CPP = "void S::f() { this->x = 1; try { printf(); } catch (const Failed &e) { throw std::bad(e); } }\n"


@pytest.mark.parametrize(
    ("language", "text", "raised", "caught", "assigned", "outside"),
    [
        (
            "python",
            PYTHON,
            ["errors.Failed:17", "raise (again):19", "problem:20"],
            ["OSError, ValueError:16", "everything:18"],
            ["LIMIT:6", "self.text:8", "item[0]:9", "self.a:11", "self.b:11"],
            ["os.environ.get:3", "open:8", '(folder / "x").mkdir:13', "self.path.write_text:14"],
        ),
        (
            "go",
            GO,
            ["fmt.Errorf:10", "ErrEmpty:13", "panic:15"],
            ["panics (recover):4"],
            ["s.data:6", "s.count:7"],
            ["os.ReadFile:5", "fmt.Println:8"],
        ),
        (
            "typescript",
            TYPESCRIPT,
            ["errors.LoadError:6"],
            ["problem:5"],
            ["this.reply:3", "document.title:4"],
            ["fetch:3", "console.log:8"],
        ),
        ("java", JAVA, ["Error:3"], ["IOException | Failed e:3"], ["this.x:3"], ["System.out.println:3"]),
        ("rust", RUST, ["Err:1", "panic:1"], [], ["s.x:1"], ["println:1"]),
        ("cpp", CPP, ["std::bad:1"], ["const Failed &e:1"], ["this->x:1"], ["printf:1"]),
    ],
)
def test_effects(
    language: str, text: str, raised: list[str], caught: list[str], assigned: list[str], outside: list[str]
) -> None:
    """Errors, assignments and calls that reach outside are named once, where they stand first."""
    found = effects(text, language, 0, 100)
    groups = (found.raised, found.caught, found.assigned, found.outside)
    assert [[f"{one.text}:{one.line + 1}" for one in group] for group in groups] == [
        raised,
        caught,
        assigned,
        outside,
    ]


def test_only_the_lines_asked_for() -> None:
    """What stands on other lines is left out."""
    found = effects(PYTHON, "python", 15, 16)
    assert [one.text for one in found.raised] == ["errors.Failed"]
    assert [one.text for one in found.caught] == ["OSError, ValueError"]
    assert found.assigned == found.outside == ()


def test_without_a_grammar() -> None:
    """Nothing is known about a language without a grammar."""
    assert effects("raise 'x'", "ruby", 0, 0) == Effects()
    assert statement("a\nb", "ruby", 1) == (1, 1)


@pytest.mark.parametrize(
    ("line", "expected"), [(0, (0, 0)), (1, (1, 1)), (3, (2, 4)), (4, (2, 4)), (99, (99, 99))]
)
def test_statement(line: int, expected: tuple[int, int]) -> None:
    """A line is part of the outermost statement around it."""
    assert statement("import a\n\nx = [\n    1,\n]\n", "python", line) == expected
