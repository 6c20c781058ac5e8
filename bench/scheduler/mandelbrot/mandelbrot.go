package main

import "fmt"

func row(y, size int) int {
	inside := 0
	for x := 0; x < size; x++ {
		cr := 2.0*float64(x)/float64(size) - 1.5
		ci := 2.0*float64(y)/float64(size) - 1.0
		zr, zi := 0.0, 0.0
		left := 50
		for left > 0 && zr*zr+zi*zi <= 4.0 {
			zr, zi = zr*zr-zi*zi+cr, 2.0*zr*zi+ci
			left--
		}
		if left == 0 {
			inside++
		}
	}
	return inside
}

func main() {
	size := 1200
	rows := make(chan int, 64)
	sums := make(chan int, 64)
	for i := 0; i < 8; i++ {
		go func() {
			for y := range rows {
				sums <- row(y, size)
			}
		}()
	}
	go func() {
		for y := 0; y < size; y++ {
			rows <- y
		}
		close(rows)
	}()
	inside := 0
	for i := 0; i < size; i++ {
		inside += <-sums
	}
	fmt.Println(inside)
}
