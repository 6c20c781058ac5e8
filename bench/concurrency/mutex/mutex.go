package main

import (
	"fmt"
	"sync"
)

func main() {
	counter := 0
	var mutex sync.Mutex
	var group sync.WaitGroup
	group.Add(8)
	for i := 0; i < 8; i++ {
		go func() {
			for j := 0; j < 500000; j++ {
				mutex.Lock()
				counter++
				mutex.Unlock()
			}
			group.Done()
		}()
	}
	group.Wait()
	fmt.Println(counter)
}
