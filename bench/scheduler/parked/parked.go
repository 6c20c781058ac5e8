package main

import (
	"fmt"
	"os"
	"sync"
)

func main() {
	n := 1000000
	if len(os.Args) > 1 {
		n = 1
	}
	gate := make(chan int)
	var started sync.WaitGroup
	started.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			started.Done()
			for range gate {
				fmt.Println("unexpected")
			}
		}()
	}
	started.Wait()
	close(gate)
	fmt.Println("parked")
}
