// Package sample shows everything.
package sample

import (
	"fmt"
	str "strings"
	_ "embed"
)

// Limit is the most.
const Limit = 10

const (
	First Kind = iota
	// Second comes next.
	Second
	a, b = 1, 2
)

var (
	// ErrGone says größe.
	ErrGone = fmt.Errorf("gone")
	cache   map[string]*Stack[int]
)

// Kind is a kind.
type Kind int

// Stack is a stack.
//
// It grows.
type Stack[T any] struct {
	sync.Mutex
	items, spare []T
	next  *Stack[T] // the next one
}

type Reader interface {
	Closer
	// Read reads.
	Read(p []byte) (n int, err error)
}

type Alias = Stack[string]

// Push puts a value on top.
func (s *Stack[T]) Push(value T) error {
	if len(s.items) > Limit {
		return ErrGone
	}
	s.items = append(s.items, value)
	defer func() { recover() }()
	return str.New(Kind(1)).Flush()
}

func New[T any](
	size int,
) *Stack[T] {
	return &Stack[T]{}
}
