package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	n := 100000
	var group sync.WaitGroup
	group.Add(n)
	for i := 0; i < n; i++ {
		go func(i int) {
			time.Sleep(time.Duration(1+i%500) * time.Millisecond)
			group.Done()
		}(i)
	}
	group.Wait()
	fmt.Println(n)
}
