"""The type that tells most about a definition, in every language that has signatures."""

from __future__ import annotations

import pytest

from linnet_context.index.names import family_of
from linnet_context.outline import outline
from linnet_context.types import main_type, type_of

PYTHON = """
class A(B, metaclass=M):
    x: Optional[Foo] = None
    y = Foo()
    def f(self, a: int, b: "Bar" = 3) -> dict[str, Baz]:
        self.s = Session(a)
        self.t: pkg.Session = a
        self.n = 3
    async def g(self) -> "Quux": ...
app = Flask(__name__)
class D(abc.Base[T], E): pass
def plain(a: int) -> int: ...
"""
GO = """package x
type A struct {
  d, e *pkg.D
  f map[string]*E
}
func (a *A) M(x int) (*pkg.F, error) { return nil }
func N(f func(x int) K) F { return nil }
func O() { return nil }
type I interface { Foo(x int) Bar }
var g = &H{}
var k K
const c = 1
"""
TYPESCRIPT = """
export class A<T> extends B<T> implements C {
  private x: Foo = 1
  y = new Bar()
  constructor(private readonly z: Zed) {}
  async m(a: string): Promise<Baz> { return 1 }
}
export interface I extends J { p?: Q; n(x: R): S }
export const f = (a: X): Y => { }
const k = new K()
type O = { a: P; b: { c: Q } }
function is(a: any): a is Foo {}
class N implements M {}
"""
RUST = """
pub struct S { pub a: Arc<Mutex<Foo>>, b: Vec<Bar> }
impl T for S { fn new(x: &Foo) -> Result<Self, E> {} fn k(&self) -> Option<&Bar> {} fn z(&self) {} }
"""
JAVA = "class A extends B implements C { private final List<Foo> x = 1; Foo m(Bar b) throws E { } static int z; }"
CPP = """
struct foo { struct bar *b; int c; };
class A : public B { Foo* m(Bar b); std::vector<Foo> v; };
struct bar *make(int x) { return 0; }
static Foo g;
"""
CASES = (
    ("python", PYTHON, "A:B x:Foo y:Foo f:Baz s:Session t:Session n: g:Quux app:Flask D:Base plain:"),
    ("go", GO, "A: d:D e:D f:E M:F N:F O: I: Foo:Bar g:H k:K c:"),
    ("typescript", TYPESCRIPT, "A:B x:Foo y:Bar z:Zed m:Baz I:J p:Q n:S f:Y k:K O: a:P b: is:Foo N:M"),
    ("rust", RUST, "S: a:Foo b:Bar new:S k:Bar z:"),
    ("java", JAVA, "A:B x:Foo m:Foo z:"),
    ("cpp", CPP, "foo: b:bar c: A:B m:Foo v:Foo make:bar g:Foo"),
)


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[case[0] for case in CASES])
def test_the_type_of_each_definition(language: str, text: str, expected: str) -> None:
    """Annotations, constructor calls, results and bases tell types; wrappers and built-in types do not."""
    found = {one.name: type_of(one, family_of(language)) for one in outline(text, language).definitions}
    wanted = dict(pair.split(":") for pair in expected.split())
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dict[str, list[pkg.Foo]]", "Foo"),
        ("&'a mut Option<Rc<Bar>>", "Bar"),
        ("Promise<void>", ""),
        ("", ""),
        ("((((", ""),
    ],
)
def test_wrappers_are_looked_through(text: str, name: str) -> None:
    """The first name that is no wrapper is the type."""
    assert main_type(text) == name
