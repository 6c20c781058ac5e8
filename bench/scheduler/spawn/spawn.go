package main

import (
	"fmt"
	"sync"
)

func main() {
	n := 1000000
	var g sync.WaitGroup
	g.Add(n)
	for i := 0; i < n; i++ {
		go func() { g.Done() }()
	}
	g.Wait()
	fmt.Println(n)
}
