package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func main() {
	items := make(chan int, 128)
	var sum int64
	var producers, consumers sync.WaitGroup
	producers.Add(4)
	consumers.Add(4)
	for p := 0; p < 4; p++ {
		go func(p int) {
			for i := 0; i < 1000000; i++ {
				items <- p*1000000 + i
			}
			producers.Done()
		}(p)
		go func() {
			mine := 0
			for n := range items {
				mine += n
			}
			atomic.AddInt64(&sum, int64(mine))
			consumers.Done()
		}()
	}
	producers.Wait()
	close(items)
	consumers.Wait()
	fmt.Println(sum)
}
